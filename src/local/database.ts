import { setTimeout } from 'node:timers/promises'
import { type ConnectionSettings, parseConnectionString } from '../config/connection-string.ts'
import { classify } from '../db/errors.ts'
import { migrate } from '../db/migrate.ts'
import { reachableDirectory } from './data-directory.ts'
import { joinUsers } from './database-users.ts'
import { migrationsFolder } from './migrations.ts'
import { createDatabase, type LocalPostgres, openPostgres } from './postgres.ts'
import { findServer, stopServer } from './postgres-server.ts'
import { serverIdentity } from './server-identity.ts'
import { createWorkerLogin } from './worker-login.ts'

/** The embedded database, migrated. Several processes may have it open; the last one to close it stops its server. */
export interface LocalDatabase {
  /** The tables' owner, who sees the rows of all tenants. */
  readonly owner: ConnectionSettings
  /** The login that Postgres keeps to one tenant at a time. */
  readonly worker: ConnectionSettings
  /** One line for the terminal. */
  readonly described: string
  /** Leaves the server running when all processes have closed it. */
  keep(): Promise<void>
  close(): Promise<void>
}

/** Where the embedded Postgres keeps its data, under the current directory. */
const dataDirectory = '.data/pg'

/** Takes the running server, or starts it. @throws Error that says what to do if neither works */
export async function openLocalDatabase(): Promise<LocalDatabase> {
  for (let attempt = 1; ; attempt++) {
    const postgres = await openPostgres({ dataDir: dataDirectory })
    try {
      return await open(postgres)
    } catch (error) {
      if (!postgres.reused) await postgres.stop()
      // Another process may have stopped the server just now.
      if (attempt === 3 || classify(error) !== 'transient') throw error
      await setTimeout(100)
    }
  }
}

/** Stops the embedded server, whoever uses it. @returns false if none was running */
export async function stopLocalDatabase(): Promise<boolean> {
  const server = findServer(reachableDirectory(dataDirectory, serverIdentity()))
  if (!server) return false
  await stopServer(server, 'fast')
  return true
}

async function open(postgres: LocalPostgres): Promise<LocalDatabase> {
  const url = `${await createDatabase(postgres.url, 'billing', { ifMissing: true })}?sslmode=disable`
  const users = await joinUsers(url)
  const owner = parseConnectionString(url)
  const applied = await migrate(owner, migrationsFolder())
  const worker = parseConnectionString(await createWorkerLogin(url))
  const state = applied > 0 ? `${applied} migrations applied` : 'with the data of the last start'
  return {
    owner,
    worker,
    described: `embedded, 127.0.0.1:${postgres.port}/billing in ${postgres.dataDir}, ${state}`,
    keep: users.keepServer,
    async close() {
      if (await users.leave()) await postgres.stop()
      // Others use the server, or it is kept: it outlives this process.
      else postgres.keep()
    },
  }
}

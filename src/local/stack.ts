import type { ConnectionSettings } from '../config/connection-string.ts'
import type { Config } from '../config/load.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { type LocalDatabase, openLocalDatabase } from './database.ts'
import type { LiveAccount } from './live-account.ts'
import { migrationsFolder } from './migrations.ts'
import { type OpenedProvider, openProvider, type SandboxSize } from './provider.ts'
import { type LocalQueue, openQueue } from './queue.ts'

/** What a local run works with: real parts where the configuration names them, embedded ones elsewhere. */
export interface Stack {
  /** Its database is the worker's: a login that Postgres keeps to one tenant at a time, where it is embedded. */
  readonly config: Config
  /** The owner's login, for the terminal. */
  readonly database: ConnectionSettings
  readonly queue: LocalQueue
  /** The tokens that messages name, by provider. */
  readonly tokens: Readonly<Record<string, string>>
  /** Accounts that can change by themselves, by provider. */
  readonly live: Readonly<Record<string, LiveAccount>>
  /** One line a part, for the terminal. */
  readonly described: readonly string[]
  /** Leaves an embedded database running. */
  keep(): Promise<void>
  close(): Promise<void>
}

/** What is read, and what a sandbox answers. */
interface StackOptions extends SandboxSize {
  readonly providers: readonly string[]
}

export async function openStack(config: Config, options: StackOptions): Promise<Stack> {
  const closing: (() => Promise<unknown>)[] = []
  let closed: Promise<void> | undefined
  const closeAll = async () => {
    for (const closePart of closing.toReversed()) await closePart()
  }
  // Whoever calls it again, as after a second Ctrl-C, waits for the same end.
  const close = () => (closed ??= closeAll())
  try {
    const database = config.database ? await configuredDatabase(config.database) : await openLocalDatabase()
    closing.push(database.close)
    const queue = await openQueue()
    closing.push(() => queue.close())
    const settings: OpenedProvider['settings'][] = []
    const described: string[] = []
    const tokens: Record<string, string> = {}
    const live: Record<string, LiveAccount> = {}
    for (const name of options.providers) {
      const provider = await openProvider(name, config, options)
      closing.push(provider.close)
      settings.push(provider.settings)
      if (provider.accessToken !== undefined) tokens[name] = provider.accessToken
      if (provider.live) live[name] = provider.live
      described.push(`${name.padEnd(9)} ${provider.described}`)
    }
    return {
      config: {
        ...config,
        database: database.worker,
        Queue: { Url: queue.url, DeadLetterUrl: queue.deadLetterUrl, Endpoint: queue.endpoint, Region: queue.region },
        ...Object.assign({}, ...settings),
      },
      database: database.owner,
      queue,
      tokens,
      live,
      described: [`postgres  ${database.described}`, `queue     embedded SQS at ${queue.endpoint}`, ...described],
      keep: database.keep,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function configuredDatabase(settings: ConnectionSettings): Promise<LocalDatabase> {
  const pending = await pendingMigrations(settings, migrationsFolder())
  if (pending > 0)
    throw new Error(
      `The configured database lacks ${pending} of this worker's migrations. Apply them with: npm run migrate`,
    )
  return {
    owner: settings,
    worker: settings,
    described: `yours, ${settings.host}:${settings.port}/${settings.database}`,
    async keep() {},
    async close() {},
  }
}

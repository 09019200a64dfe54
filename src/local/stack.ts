import type { ConnectionSettings } from '../config/connection-string.ts'
import type { Config } from '../config/load.ts'
import { pendingMigrations } from '../db/migrate.ts'
import { openSandbox } from '../sandbox/stripe/index.ts'
import { type LocalDatabase, openLocalDatabase } from './database.ts'
import { migrationsFolder } from './migrations.ts'
import { type LocalQueue, openQueue } from './queue.ts'

/** What a local run works with: real parts where the configuration names them, embedded ones elsewhere. */
export interface Stack {
  /** Its database is the worker's: a login that Postgres keeps to one tenant at a time, where it is embedded. */
  readonly config: Config
  /** The owner's login, for the terminal. */
  readonly database: ConnectionSettings
  readonly queue: LocalQueue
  /** One line a part, for the terminal. */
  readonly described: readonly string[]
  /** Leaves an embedded database running. */
  keep(): Promise<void>
  close(): Promise<void>
}

/** What the sandbox answers, where no account of Stripe is configured. */
interface StackOptions {
  /** The tenant that the configured key, or the sandbox's, is read for. */
  readonly tenant: string
  readonly customers: number
  /** Milliseconds before each answer. */
  readonly latency: number
  readonly density: 'growing' | 'uniform' | 'burst' | 'same-second'
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
    const stripe = config.Stripe.ApiKey ? configuredStripe(config.Stripe) : await sandboxStripe(options)
    closing.push(stripe.close)
    return {
      config: {
        ...config,
        database: database.worker,
        Queue: { Url: queue.url, DeadLetterUrl: queue.deadLetterUrl, Endpoint: queue.endpoint, Region: queue.region },
        // The configured key is read as the own key of the tenant that the command is about.
        Stripe: { ...config.Stripe, ApiKeyTenant: options.tenant, ...stripe.settings },
      },
      database: database.owner,
      queue,
      described: [
        `postgres  ${database.described}`,
        `queue     embedded SQS at ${queue.endpoint}`,
        `stripe    ${stripe.described}`,
      ],
      keep: database.keep,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function configuredDatabase(settings: ConnectionSettings): Promise<LocalDatabase> {
  const pending = await pendingMigrations(settings, migrationsFolder)
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

function configuredStripe({ ApiBase }: Config['Stripe']) {
  return {
    settings: {},
    described: `the account of the configured key, at ${ApiBase ?? 'https://api.stripe.com'}`,
    async close() {},
  }
}

/** The sandbox's clock runs, but its generated history ends here: a second start finds the objects of the first. */
const populatedUntil = Date.UTC(2026, 10, 1) / 1_000

async function sandboxStripe({ customers, latency, density }: StackOptions) {
  const sandbox = await openSandbox({ customers, latencyMs: latency, density, populatedUntil })
  return {
    settings: { ApiKey: 'sk_live_sandbox', ApiBase: sandbox.url },
    described: `sandbox at ${sandbox.url}, ${customers.toLocaleString('en')} customers, ${latency} ms an answer, Stripe's limits (100 requests/s, 25 an endpoint)`,
    close: () => sandbox.close(),
  }
}

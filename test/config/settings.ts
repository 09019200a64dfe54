import { ConfigError, readConfig } from '../../src/config/load.ts'
import { settingsSchema } from '../../src/config/schema.ts'

/** The configuration without a file and without variables. */
export const defaults = {
  ConnectionStrings: {},
  Stripe: {},
  Square: { Environment: 'production' },
  Shopify: {},
  PayPal: { Environment: 'production' },
  Providers: { Manifests: [], Modules: [] },
  Worker: {
    MaxRetries: 3,
    OutageMinutes: 720,
    RetryDelaySeconds: 30,
    BatchSize: 100,
    TimeoutMinutes: 30,
    Concurrency: 5,
    LeaseSeconds: 60,
    Announce: true,
  },
  Queue: {},
  Receiver: {},
  Schedules: { Tick: true },
  Secrets: { Prefix: 'billing-sync/{tenantId}/' },
  Page: { Hosts: [] },
  Telemetry: { Namespace: 'billing-sync' },
  Log: { Level: 'info' },
  database: undefined,
  warnings: [],
}
/** Every field of the schema, as `Section.Name`, with what its description says beside. */
export const schemaFields = Object.entries(settingsSchema.shape).flatMap(([section, { shape }]) =>
  Object.entries(shape as Record<string, { meta(): { description?: string; secret?: boolean } | undefined }>).map(
    ([name, schema]) => ({ field: `${section}.${name}`, section, name, ...schema.meta() }),
  ),
)

export const fromEnvironment = (environment: Record<string, string>, file?: unknown) =>
  readConfig({ environment, file })
export const fromFile = (file: unknown) => readConfig({ environment: {}, file })

/** The sentences of a configuration that is refused. */
export function problemsOf(read: () => unknown): string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  throw new Error('the configuration was accepted')
}

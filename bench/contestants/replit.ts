import { runMigrations, StripeSync } from 'stripe-replit-sync'
import { apiKey, type Open } from './contestant.ts'
import { pointAt } from './stripe-client.ts'

export const open: Open = async ({ databaseUrl, stripeUrl }) => {
  await runMigrations({ databaseUrl })
  const silent = { info() {}, warn() {}, error() {} }
  const engine = new StripeSync({
    poolConfig: { connectionString: databaseUrl, max: 10 },
    stripeSecretKey: apiKey,
    stripeWebhookSecret: 'whsec_bench',
    logger: silent,
  })
  pointAt(engine.stripe, stripeUrl)
  return {
    // Without a window a second run would read only what was created since the first.
    sync: async () => void (await engine.syncBackfill({ object: 'customer', created: { gte: 0 } })),
    close: () => engine.postgresClient.pool.end(),
  }
}

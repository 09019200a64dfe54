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
    sync: async () => void (await engine.syncBackfill({ object: 'customer' })),
    close: () => engine.postgresClient.pool.end(),
  }
}

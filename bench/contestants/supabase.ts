import { runMigrations, StripeSync } from '@supabase/stripe-sync-engine'
import { apiKey, type Open } from './contestant.ts'
import { pointAt } from './stripe-client.ts'

export const open: Open = async ({ databaseUrl, stripeUrl }) => {
  await runMigrations({ databaseUrl, schema: 'stripe' })
  const engine = new StripeSync({
    poolConfig: { connectionString: databaseUrl, max: 10 },
    stripeSecretKey: apiKey,
    stripeWebhookSecret: 'whsec_bench',
  })
  pointAt(engine.stripe, stripeUrl)
  return {
    sync: async () => void (await engine.syncBackfill({ object: 'customer' })),
    close: () => engine.close(),
  }
}

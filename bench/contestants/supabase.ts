import { createRequire } from 'node:module'
import type * as Engine from '@supabase/stripe-sync-engine'
import { apiKey, type Open } from './contestant.ts'
import { pointAt } from './stripe-client.ts'

// Its ES module cannot find its migrations (`__dirname is not defined`) and says so only to a logger.
const { runMigrations, StripeSync }: typeof Engine = createRequire(import.meta.url)('@supabase/stripe-sync-engine')

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

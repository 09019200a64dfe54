import { join } from 'node:path'
import { runMigrations, StripeSync } from '@stripe/sync-engine'
import { apiKey, type Open, type Task } from './contestant.ts'
import { pointAt } from './stripe-client.ts'

/** Its migrations would download Stripe's whole OpenAPI document; what it says of customers is here, so nothing is. */
const openApiSpecPath = join(process.cwd(), 'contestants', 'openapi-customers.json')

/** The library, allowed 100 requests a second; as many workers as its CLI starts. */
export const open: Open = (task) => openEngine(task, { workers: 50, perSecond: 100 })

/** Its settings are those of its CLI (dist/cli, `fullSyncCommand`), its runs never too recent to be made. */
export async function openEngine(
  { databaseUrl, stripeUrl }: Task,
  { workers, perSecond }: { readonly workers: number; readonly perSecond: number },
) {
  await runMigrations({ databaseUrl, stripeApiVersion: '2020-08-27', openApiSpecPath })
  const engine = await StripeSync.create({
    databaseUrl,
    stripeSecretKey: apiKey,
    // Else it would ask Stripe before its client can be pointed elsewhere.
    stripeAccountId: 'acct_bench0000000001',
    stripeApiVersion: '2020-08-27',
    autoExpandLists: false,
    backfillRelatedEntities: true,
    poolConfig: { max: 10, connectionString: databaseUrl, keepAlive: true },
  })
  pointAt(engine.stripe, stripeUrl)
  return {
    async sync() {
      const { errors } = await engine.fullSync(['customer'], true, workers, perSecond, false, 0)
      if (errors.length > 0) throw new Error(`sync-engine: ${errors[0]?.message}`)
    },
    close: () => engine.close(),
  }
}

import type { Open } from './contestant.ts'
import { openTable } from './customers-table.ts'
import { openStripe } from './stripe-client.ts'

/** The usual worker: auto-paging, each item written when it comes. */
export const open: Open = async ({ databaseUrl, stripeUrl }) => {
  const stripe = openStripe(stripeUrl)
  const table = await openTable(databaseUrl)
  return {
    async sync() {
      for await (const customer of stripe.customers.list({ limit: 100 })) await table.upsert([customer])
    },
    close: table.close,
  }
}

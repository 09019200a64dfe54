import type { Open } from './contestant.ts'
import { openTable } from './customers-table.ts'
import { openStripe } from './stripe-client.ts'

/** The straightforward design: a page after the other, each written with one multi-row upsert. */
export const open: Open = async ({ databaseUrl, stripeUrl }) => {
  const stripe = openStripe(stripeUrl)
  const table = await openTable(databaseUrl)
  return {
    async sync() {
      let after: string | undefined
      do {
        const page = await stripe.customers.list({ limit: 100, ...(after && { starting_after: after }) })
        await table.upsert(page.data)
        after = page.has_more ? page.data.at(-1)?.id : undefined
      } while (after)
    },
    close: table.close,
  }
}

import { randomUUID } from 'node:crypto'
import { customers, invoiceLines, invoices, prices, subscriptionItems, subscriptions } from '../../../src/db/schema.ts'
import { noDeletions } from '../../../src/job/commit/deletions.ts'
import { openQuarantine } from '../../../src/job/commit/quarantine.ts'
import { type Writing, writeBatches } from '../../../src/job/commit/write.ts'
import { noContent, type PageContent } from '../../../src/sync/rows.ts'
import { openTestDatabase } from '../../support/database.ts'

/*
 * What one commit writes, and what it counts.
 */

export const accountKey = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
export const jobId = randomUUID()
export const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
export const tables = {
  customers,
  invoices,
  invoice_lines: invoiceLines,
  prices,
  subscriptions,
  subscription_items: subscriptionItems,
}
export type Resource = keyof typeof tables

export interface Way {
  readonly observed?: number
  readonly deleted?: boolean
  readonly askedById?: boolean
  readonly embedded?: boolean
  readonly derived?: boolean
  readonly dated?: boolean
  readonly columns?: object
}

export const rowOf = (resource: Resource, id: string, value: unknown, { observed = 5, columns, ...way }: Way = {}) => ({
  resource,
  table: tables[resource],
  row: { id, ...columns },
  raw: { id, value },
  observedAt: at(observed),
  ...way,
})

export async function open() {
  const { db, query } = await openTestDatabase()
  return {
    db,
    query,
    /** Commits a page. Returns the counts that are not 0. */
    async commit(content: object, { deletions = noDeletions, ...options }: Partial<Writing> = {}) {
      const pages = [{ ...noContent, ...content }] as unknown as Writing['pages']
      const writing = {
        jobId,
        accountKey,
        mayHaveUnknown: false,
        overwrite: null,
        pages,
        deletions,
        mayHaveRejects: false,
        mayHaveErased: false,
        quarantine: openQuarantine(),
        rowsPerStatement: 1_000,
        wasFetched: () => false,
        ...options,
      }
      const { counts } = await db.transaction((tx) => writeBatches(tx, writing as never))
      return Object.fromEntries(
        Object.entries(counts).map(([name, counted]) => [
          name,
          Object.fromEntries(Object.entries(counted).filter(([, count]) => count !== 0)),
        ]),
      )
    },
    live: async (table: Resource) =>
      (await query(`select id from ${table} where deleted_at is null order by id`)).map(({ id }) => id),
  }
}

export const rows = (...written: readonly unknown[]): Partial<PageContent> => ({ rows: written as PageContent['rows'] })

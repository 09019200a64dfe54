import { randomUUID } from 'node:crypto'
import { openTestDatabase } from '../support/database.ts'

type Row = Readonly<Record<string, unknown>>

/** A small account whose rows a test writes by itself. Values that a row leaves out are those of Stripe in live mode. */
export async function openAccount({ provider = 'stripe', account = 'acct_1', livemode = true as boolean | null } = {}) {
  const database = await openTestDatabase()
  const { query } = database
  const tenant = randomUUID()
  const synced = { tenant_id: tenant, provider, account, raw: '{}', observed_at: '2026-01-01T00:00:00Z' }
  const withMode = new Set([
    'subscriptions',
    'prices',
    'coupons',
    'invoices',
    'invoice_lines',
    'payments',
    'customers',
    'disputes',
  ])

  /** Inserts rows into a table. */
  async function insert(table: string, ...rows: readonly Row[]): Promise<void> {
    const base: Row = table.startsWith('mrr_')
      ? { tenant_id: tenant, provider, account, livemode }
      : { ...synced, ...(withMode.has(table) && { livemode }) }
    for (const given of rows) {
      const row: Row = { ...base, ...given }
      const columns = Object.keys(row)
      const values = columns.map((column) => {
        const value = row[column]
        return typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value
      })
      await query(
        `insert into ${table} (${columns.map((column) => `"${column}"`).join()}) values (${columns.map((_, at) => `$${at + 1}`).join()})`,
        values,
      )
    }
  }

  /** A subscription with one item for each price, and its rows. */
  async function subscribe(
    id: string,
    { status = 'active', items, ...more }: Row & { readonly items: readonly Row[] },
  ) {
    await insert('subscriptions', { id, customer_id: `cus_${id}`, status, currency: 'eur', ...more })
    await insert(
      'subscription_items',
      ...items.map((item, at) => ({ id: `si_${id}_${at}`, subscription_id: id, quantity: 1, ...item })),
    )
  }

  const price = (id: string, more: Row = {}) =>
    insert('prices', {
      id,
      product_id: `prod_${id}`,
      currency: 'eur',
      type: 'recurring',
      billing_scheme: 'per_unit',
      usage_type: 'licensed',
      interval: 'month',
      interval_count: 1,
      ...more,
    })

  /** Columns of a view, numbers as numbers. */
  async function view(name: string, columns: string, order = '1'): Promise<readonly unknown[][]> {
    const rows = await query<Record<string, unknown>>(
      `select ${columns} from metrics.${name} where tenant_id = $1 order by ${order}`,
      [tenant],
    )
    return rows.map((row) =>
      Object.values(row).map((value) =>
        typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value,
      ),
    )
  }

  return { ...database, tenant, provider, account, insert, subscribe, price, view }
}

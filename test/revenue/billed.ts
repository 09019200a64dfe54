import { openAccount } from './account.ts'

type Row = Readonly<Record<string, unknown>>

/** An account whose subscriptions have one item each, and whose invoices have the id of their subscription in theirs. */
export async function openBilled() {
  const account = await openAccount()
  const { insert, subscribe, query, tenant } = account
  let invoices = 0

  async function bill(subscription: string, invoice: Row, ...lines: readonly Row[]): Promise<void> {
    const id = `in_${++invoices}`
    await insert('invoices', { id, subscription_id: subscription, status: 'paid', currency: 'eur', ...invoice })
    for (const [at, line] of lines.entries())
      await insert('invoice_lines', {
        id: `il_${id}_${at}`,
        invoice_id: id,
        subscription_id: subscription,
        subscription_item_id: `si_${subscription}_0`,
        price_id: 'p',
        currency: 'eur',
        quantity: 1,
        proration: false,
        ...line,
      })
  }

  /** Each subscription with its rows: MRR, and the days from which and to which it was. */
  async function past(): Promise<readonly unknown[][]> {
    await query('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])
    const day = (column: string) => `coalesce(to_char(${column} at time zone 'UTC', 'MM-DD'), '')`
    const rows = await query<Record<string, unknown>>(
      `select subscription_id as s, state, gross_mrr::float8 as gross, mrr::float8, ${day('valid_from')} || ' ' || ${day('valid_to')} as days
        from mrr_history where source = 'invoice' order by subscription_id collate "C", valid_from`,
    )
    return rows.map((row) => Object.values(row))
  }

  /** The subscription has ended, so that each row has the end of its line. */
  const gone = (id: string, more: Row = {}) => subscribe(id, { status: 'canceled', items: [], ...more })
  return { ...account, bill, past, gone }
}

/** The period of a line, by days of 2026. */
export const period = (from: string, to: string) => ({
  period_start: `2026-${from}T00:00:00Z`,
  period_end: `2026-${to}T00:00:00Z`,
})

type Query = (text: string, values?: unknown[]) => Promise<unknown>

/** Whose MRR it is. */
interface Owner {
  readonly tenant: string
  readonly provider?: string
  readonly account?: string
  readonly livemode?: boolean | null
}

/** MRR of one customer, in minor units, from one time to another. */
interface Stretch {
  readonly customer: string
  readonly currency?: string
  readonly mrr: number
  readonly from: string
  readonly to?: string
}

/** Plants rows of mrr_history. */
export async function plantMrr(query: Query, owner: Owner, stretches: readonly Stretch[]): Promise<void> {
  const { tenant, provider = 'stripe', account = 'acct_1', livemode = true } = owner
  for (const { customer, currency = 'eur', mrr, from, to = null } of stretches)
    await query(
      `insert into mrr_history (tenant_id, provider, account, livemode, subscription_id, item_id, customer_id, currency, state, mrr, valid_from, valid_to)
       values ($1, $2, $3, $4, $5, $5, $6, $7, 'active', $8, $9, $10)`,
      [tenant, provider, account, livemode, `si_${customer}_${currency}`, customer, currency, mrr, from, to],
    )
}

/** Plants a movement of the balance, in minor units. */
export async function plantMovement(
  query: Query,
  { tenant, provider = 'stripe', account = 'acct_1' }: Owner,
  columns: Readonly<Record<string, unknown>>,
): Promise<void> {
  const row = {
    tenant_id: tenant,
    provider,
    account,
    raw: '{}',
    observed_at: '2026-01-01T00:00:00Z',
    currency: 'eur',
    ...columns,
  }
  const names = Object.keys(row)
  await query(
    `insert into balance_transactions (${names.join()}) values (${names.map((_, at) => `$${at + 1}`).join()})`,
    Object.values(row),
  )
}

/** The first day of the month that lies so many months before the current one, in UTC. */
export function monthsAgo(months: number, day = '01'): string {
  const now = new Date()
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1))
  return `${at.toISOString().slice(0, 8)}${day}`
}

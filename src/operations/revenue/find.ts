import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../db/open.ts'
import type { Reader } from '../scope.ts'
import { viewsSchema } from './schema.ts'

/** `unknown`: the provider does not say whether a row is of live or of test mode. */
export const modes = ['live', 'test', 'unknown'] as const
export type Mode = (typeof modes)[number]

export interface RevenueFilter {
  readonly tenantId?: string | undefined
  readonly provider?: string | undefined
  readonly account?: string | undefined
  readonly currency?: string | undefined
  readonly mode?: Mode | undefined
  /** Months that are shown, with the current one. */
  readonly months: number
  /** Where months begin. Undefined: the login's `app.time_zone`, else UTC. */
  readonly timeZone?: string | undefined
}

/** Amounts of different series are never added: they differ in currency, account or mode. */
export interface RevenueSeries {
  readonly tenantId: string
  readonly provider: string
  readonly account: string
  readonly mode: Mode
  readonly currency: string
  /** The oldest month first. */
  readonly months: readonly RevenueMonth[]
}

/** Amounts are in minor units. `mrr` or `net` is null where the month has none. */
export interface RevenueMonth {
  readonly month: string
  readonly mrr: MrrMonth | null
  readonly net: NetMonth | null
}

export interface MrrMonth {
  readonly opening: number
  readonly new: number
  readonly expansion: number
  readonly reactivation: number
  readonly contraction: number
  readonly churn: number
  readonly closing: number
  readonly customersOpening: number
  readonly customersClosing: number
  readonly newCustomers: number
  readonly churnedCustomers: number
  readonly reactivatedCustomers: number
  readonly customerChurnRate: number | null
  readonly grossChurnRate: number | null
  readonly netChurnRate: number | null
  readonly grr: number | null
  readonly nrr: number | null
}

export interface NetMonth {
  readonly charged: number
  readonly refunded: number
  readonly disputed: number
  readonly fees: number
  readonly net: number
}

/** MRR and net revenue by month, a series for each account, mode and currency. */
export async function findRevenue({ read }: Reader, filter: RevenueFilter): Promise<readonly RevenueSeries[]> {
  const { mrr, net } = await read(async (tx) => {
    if (filter.timeZone !== undefined)
      await tx.execute(sql`select set_config('app.time_zone', ${filter.timeZone}, true)`)
    // The views join whole tables. Where these are not analysed yet they seem so small that all joins would be loops.
    await tx.execute(sql`select set_config('enable_nestloop', 'off', true)`)
    const schema = await viewsSchema(tx)
    const from = (view: string) => sql`${sql.identifier(schema)}.${sql.identifier(view)}`
    return {
      mrr: await rowsOf<MrrMonth>(tx, mrrColumns, from('mrr_months'), filter),
      net: await rowsOf<NetMonth>(tx, netColumns, from('net_revenue'), filter),
    }
  })
  return seriesOf(mrr, net)
}

const mrrColumns = sql.raw(
  jsonOf({
    opening: 'opening',
    new: 'new',
    expansion: 'expansion',
    reactivation: 'reactivation',
    contraction: 'contraction',
    churn: 'churn',
    closing: 'closing',
    customersOpening: 'customers_opening',
    customersClosing: 'customers_closing',
    newCustomers: 'new_customers',
    churnedCustomers: 'churned_customers',
    reactivatedCustomers: 'reactivated_customers',
    customerChurnRate: 'customer_churn_rate',
    grossChurnRate: 'gross_churn_rate',
    netChurnRate: 'net_churn_rate',
    grr: 'grr',
    nrr: 'nrr',
  }),
)

const netColumns = sql.raw(
  jsonOf({ charged: 'charged', refunded: 'refunded', disputed: 'disputed', fees: 'fees', net: 'net' }),
)

function jsonOf(columns: Readonly<Record<string, string>>): string {
  return `jsonb_build_object(${Object.entries(columns).map(([key, column]) => `'${key}', ${column}`)})`
}

interface Row<Values> extends Record<string, unknown> {
  readonly tenantId: string
  readonly provider: string
  readonly account: string
  readonly mode: Mode
  readonly currency: string
  readonly month: string
  readonly values: Values
}

const modeOf = sql.raw(`case livemode when true then 'live' when false then 'test' else 'unknown' end`)

async function rowsOf<Values>(
  tx: Database,
  columns: SQL,
  view: SQL,
  { tenantId, provider, account, currency, mode, months }: RevenueFilter,
): Promise<readonly Row<Values>[]> {
  const is = (column: string, value: string | undefined) =>
    value === undefined ? sql`true` : sql`${sql.identifier(column)} = ${value}`
  const { rows } = await tx.execute<Row<Values>>(sql`
    select tenant_id as "tenantId", provider, account, ${modeOf} as mode, currency, month, ${columns} as values
    from ${view}
    where ${tenantId === undefined ? sql`true` : sql`tenant_id = ${tenantId}::uuid`}
      and ${is('provider', provider)} and ${is('account', account)} and ${is('currency', currency)}
      and ${mode === undefined ? sql`true` : sql`${modeOf} = ${mode}`}
      and month > to_char(date_trunc('month', now() at time zone coalesce(nullif(current_setting('app.time_zone', true), ''), 'UTC'))
        - make_interval(months => ${months}), 'YYYY-MM')`)
  return rows
}

function seriesOf(mrr: readonly Row<MrrMonth>[], net: readonly Row<NetMonth>[]): readonly RevenueSeries[] {
  const seriesByKey = new Map<string, Omit<RevenueSeries, 'months'> & { readonly months: Map<string, RevenueMonth> }>()
  const add = ({ tenantId, provider, account, mode, currency, month }: Row<unknown>, values: Partial<RevenueMonth>) => {
    const key = JSON.stringify([tenantId, provider, account, modes.indexOf(mode), currency])
    const series = seriesByKey.get(key) ?? { tenantId, provider, account, mode, currency, months: new Map() }
    seriesByKey.set(key, series)
    series.months.set(month, { mrr: null, net: null, ...series.months.get(month), month, ...values })
  }
  for (const row of mrr) add(row, { mrr: row.values })
  for (const row of net) add(row, { net: row.values })
  return [...seriesByKey]
    .toSorted(([left], [other]) => (left < other ? -1 : 1))
    .map(([, series]) => ({ ...series, months: withoutGaps(series.months) }))
}

/** From the first known month to the last. A month without a row has neither MRR nor net revenue. */
function withoutGaps(known: ReadonlyMap<string, RevenueMonth>): readonly RevenueMonth[] {
  const names = [...known.keys()].toSorted()
  const [first = '', last = ''] = [names[0], names.at(-1)]
  const months: RevenueMonth[] = []
  for (let month = first; month <= last && month !== ''; month = monthAfter(month))
    months.push(known.get(month) ?? { month, mrr: null, net: null })
  return months
}

function monthAfter(name: string): string {
  const [year = 0, month = 0] = name.split('-').map(Number)
  return month === 12
    ? `${String(year + 1).padStart(4, '0')}-01`
    : `${name.slice(0, 5)}${String(month + 1).padStart(2, '0')}`
}

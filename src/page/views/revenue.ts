import { findRevenueAccounts, type RevenueAccount } from '../../operations/revenue/accounts.ts'
import { findRevenue, type RevenueSeries } from '../../operations/revenue/find.ts'
import { seesEveryTenant } from '../../operations/scope.ts'
import { type Html, html } from '../html.ts'
import type { PageSource } from '../source.ts'
import type { View } from '../view.ts'
import { revenueForm } from './revenue-form.ts'
import { customersPart, mrrPart, netPart } from './revenue-parts.ts'
import type { RevenueQuery } from './revenue-query.ts'

/** Accounts that the form offers. */
const most = 500

/** MRR with its movements, customers, churn and net revenue of one account, in one currency and mode. */
export async function revenueView({ reader }: PageSource, query: RevenueQuery): Promise<View> {
  const accounts = await findRevenueAccounts(reader, most)
  const account = query.account ?? accounts[0]
  if (!account) return view([{ id: 'none', html: html`<p>${await emptyBecause(reader)}</p>` }])
  const { months, timeZone } = query
  const allSeries = await findRevenue(reader, { ...account, months, timeZone })
  const series = choose(allSeries, query)
  const filter = {
    id: 'filter',
    html: revenueForm({ accounts: withAccount(accounts, account), account, allSeries, series, query }),
  }
  if (!series) return view([filter, { id: 'none', html: html`<p>${noRevenue}</p>` }])
  return view([
    filter,
    { id: 'shown', html: aboutOf(series, query) },
    ...(series.months.some(({ mrr }) => mrr) ? [mrrPart(series), customersPart(series)] : []),
    ...(series.months.some(({ net }) => net) ? [netPart(series)] : []),
  ])
}

const view = (parts: View['parts']): View => ({ title: 'Revenue', status: 200, parts })

const noRevenue =
  'No revenue of this account is known in these months. It comes from the rows of subscriptions, prices and invoices: sync them with npm start -- --resources default, or a job that names no resources.'

async function emptyBecause(reader: PageSource['reader']): Promise<string> {
  return (await seesEveryTenant(reader))
    ? 'No account is known yet. Sync one with npm start or a job.'
    : 'The login of the page sees no account. A member of billing_sync_reader sees those of all tenants.'
}

/** An account of the address stays in the form, though others come before it. */
function withAccount(accounts: readonly RevenueAccount[], { tenantId, provider, account }: RevenueAccount) {
  const isListed = accounts.some(
    (known) => known.tenantId === tenantId && known.provider === provider && known.account === account,
  )
  return isListed ? accounts : [{ tenantId, provider, account }, ...accounts]
}

/** What the address asks for, else live amounts of the currency that most customers pay in. */
function choose(allSeries: readonly RevenueSeries[], { currency, mode }: RevenueQuery): RevenueSeries | undefined {
  const closeness = ({ currency: has, mode: is }: RevenueSeries) =>
    Number(has === currency) * 4 + Number(is === mode) * 2 + Number(mode === undefined && is === 'live')
  const customers = ({ months }: RevenueSeries) => months.at(-1)?.mrr?.customersClosing ?? 0
  return allSeries.toSorted(
    (left, right) => closeness(right) - closeness(left) || customers(right) - customers(left),
  )[0]
}

function aboutOf(series: RevenueSeries, query: RevenueQuery): Html {
  const { provider, account, mode, currency } = series
  const isOther =
    (query.currency !== undefined && query.currency !== currency) || (query.mode !== undefined && query.mode !== mode)
  return html`<p>${isOther && 'The account has no such amounts in these months, so others are shown. '}Amounts of ${provider} ${account} in ${currency.toUpperCase()}, ${modeWords[mode]}. Amounts in other currencies, accounts and modes are not in them.</p>`
}

const modeWords = { live: 'live mode', test: 'test mode', unknown: 'of a provider that names no mode' } as const

import type { RevenueAccount } from '../../operations/revenue/accounts.ts'
import type { RevenueSeries } from '../../operations/revenue/find.ts'
import { type Html, html } from '../html.ts'
import { lengths, type RevenueQuery } from './revenue-query.ts'

interface Choice {
  readonly accounts: readonly RevenueAccount[]
  readonly account: RevenueAccount
  /** What the account has. */
  readonly allSeries: readonly RevenueSeries[]
  /** What is shown of it. */
  readonly series: RevenueSeries | undefined
  readonly query: RevenueQuery
}

/** Chooses the account, the currency and the mode in the address. */
export function revenueForm({ accounts, account, allSeries, series, query }: Choice): Html {
  const tenants = new Set(accounts.map(({ tenantId }) => tenantId))
  const currencies = [...new Set(allSeries.map(({ currency }) => currency))]
  const modes = [...new Set(allSeries.map(({ mode }) => mode))]
  const months = [...new Set([...lengths, query.months])].toSorted((left, right) => left - right)
  return html`<form class="filter" action="/revenue" method="get" role="search" aria-label="Choice of the revenue">
<label>Account <select name="account">${accounts.map((known) => option(addressOf(known), `${known.provider} ${known.account}${tenants.size > 1 ? ` of tenant ${known.tenantId}` : ''}`, addressOf(account)))}</select></label>
<label>Currency <select name="currency">${currencies.map((code) => option(code, code.toUpperCase(), series?.currency))}</select></label>
<label>Mode <select name="mode">${modes.map((mode) => option(mode, mode, series?.mode))}</select></label>
<label>Months <select name="months">${months.map((length) => option(String(length), String(length), String(query.months)))}</select></label>
<label>Time zone <input class="zone" name="zone" value="${query.timeZone}" placeholder="Europe/Berlin" autocomplete="off" spellcheck="false"></label>
<button>Show</button>
</form>`
}

const addressOf = ({ tenantId, provider, account }: RevenueAccount) => `${tenantId}/${provider}/${account}`

const option = (value: string, words: string, chosen: string | undefined): Html =>
  html`<option value="${value}"${value === chosen ? html` selected` : ''}>${words}</option>`

import { formatAmount, formatAxis, formatRate } from '../../operations/revenue/amount.ts'
import type { MrrMonth, NetMonth, RevenueSeries } from '../../operations/revenue/find.ts'
import { chart } from '../chart.ts'
import type { Series } from '../chart-scale.ts'
import { type Content, type Html, html } from '../html.ts'
import type { Part } from '../view.ts'
import { count } from '../words.ts'

/** MRR at the end of each month, and what changed it. */
export function mrrPart(series: RevenueSeries): Part {
  const { money, axis, code, months } = amountsOf(series)
  const closing = valuesOf(series, ({ mrr }) => mrr?.closing)
  const bar = (name: string, kind: keyof MrrMonth, sign: 1 | -1): Series => ({
    name,
    kind,
    values: valuesOf(series, ({ mrr }) => (mrr?.[kind] ?? 0) * sign),
  })
  return {
    id: 'mrr',
    html: html`<h2 id="mrr-title">MRR in ${code}</h2>
${chart({ label: `MRR at the end of each month in ${code}: ${fromTo(months, closing, money)}. The table of MRR has each value.`, months, bars: [], line: { name: 'closing', kind: 'closing', values: closing }, format: money, axis })}
<h3>Movements</h3>
${chart({
  label: `What changed MRR in each month in ${code}. The table of MRR has each value.`,
  months,
  bars: [
    bar('new', 'new', 1),
    bar('expansion', 'expansion', 1),
    bar('reactivation', 'reactivation', 1),
    bar('contraction', 'contraction', -1),
    bar('churn', 'churn', -1),
  ],
  line: null,
  format: money,
  axis,
})}
${table(
  'mrr-title',
  ['opening', 'new', 'expansion', 'reactivation', 'contraction', 'churn', 'closing'],
  series,
  ({ mrr }) =>
    mrr
      ? [mrr.opening, mrr.new, mrr.expansion, mrr.reactivation, -mrr.contraction, -mrr.churn, mrr.closing].map(money)
      : null,
)}`,
  }
}

/** Customers at the end of each month, who came and went, and the rates. */
export function customersPart(series: RevenueSeries): Part {
  const { months } = amountsOf(series)
  const customers = valuesOf(series, ({ mrr }) => mrr?.customersClosing)
  return {
    id: 'customers',
    html: html`<h2 id="customers-title">Customers and churn</h2>
${chart({ label: `Customers at the end of each month: ${fromTo(months, customers, count)}. The table of customers has each value.`, months, bars: [], line: { name: 'customers', kind: 'closing', values: customers }, format: count, axis: formatCompact })}
${table(
  'customers-title',
  ['customers', 'new', 'back', 'gone', 'customer churn', 'gross MRR churn', 'net MRR churn', 'GRR', 'NRR'],
  series,
  ({ mrr }) =>
    mrr && [
      count(mrr.customersClosing),
      count(mrr.newCustomers),
      count(mrr.reactivatedCustomers),
      count(mrr.churnedCustomers),
      ...[mrr.customerChurnRate, mrr.grossChurnRate, mrr.netChurnRate, mrr.grr, mrr.nrr].map(formatRate),
    ],
)}`,
  }
}

/** What was charged, and what is left of it. */
export function netPart(series: RevenueSeries): Part {
  const { money, axis, code, months } = amountsOf(series)
  const net = valuesOf(series, (month) => month.net?.net)
  const bar = (name: string, kind: keyof NetMonth, sign: 1 | -1): Series => ({
    name,
    kind,
    values: valuesOf(series, (month) => (month.net?.[kind] ?? 0) * sign),
  })
  return {
    id: 'net',
    html: html`<h2 id="net-title">Net revenue in ${code}</h2>
${chart({
  label: `Net revenue of each month in ${code}: ${fromTo(months, net, money)}. The table of net revenue has each value.`,
  months,
  bars: [
    bar('charged', 'charged', 1),
    bar('refunded', 'refunded', -1),
    bar('disputed', 'disputed', -1),
    bar('fees', 'fees', -1),
  ],
  line: { name: 'net', kind: 'closing', values: net },
  format: money,
  axis,
})}
${table('net-title', ['charged', 'refunded', 'disputed', 'fees', 'net'], series, (month) =>
  month.net
    ? [month.net.charged, -month.net.refunded, -month.net.disputed, -month.net.fees, month.net.net].map(money)
    : null,
)}`,
  }
}

type Month = RevenueSeries['months'][number]

const formatCompact = (value: number) => formatAxis(value, null)

const amountsOf = (series: RevenueSeries) => ({
  money: (value: number) => formatAmount(value, series),
  axis: (value: number) => formatAxis(value, series),
  code: series.currency.toUpperCase(),
  months: series.months.map(({ month }) => month),
})

const valuesOf = ({ months }: RevenueSeries, read: (month: Month) => number | undefined) =>
  months.map((month) => read(month) ?? null)

/** `from 100.00 in 2026-01 to 150.00 in 2026-11` */
function fromTo(
  months: readonly string[],
  values: readonly (number | null)[],
  format: (value: number) => string,
): string {
  const known = values.flatMap((value, at) => (value === null ? [] : `${format(value)} in ${months[at]}`))
  return known.length < 2 ? (known[0] ?? 'none') : `from ${known[0]} to ${known.at(-1)}`
}

function table(
  title: string,
  columns: readonly string[],
  { months }: RevenueSeries,
  cells: (month: Month) => readonly Content[] | null,
): Html {
  const rows = months.map((month): Html => {
    const values = cells(month) ?? columns.map(() => null)
    return html`<tr><th scope="row">${month.month}</th>${values.map((value) => html`<td>${value ?? 'none'}</td>`)}</tr>`
  })
  return html`<div class="wide numbers" role="region" aria-labelledby="${title}" tabindex="0"><table><thead><tr><th scope="col">month</th>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows}
</tbody></table></div>`
}

import type { Estimate } from '../sync/estimate/estimate.ts'
import type { Range } from '../sync/estimate/range.ts'
import { formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'

/** An estimate as a table of its resources, the sums, and what it is based on. */
export function estimateReport(estimated: Estimate, order: readonly string[], out: Terminal['out']): string {
  const names = Object.keys(estimated.resources).toSorted((left, right) => order.indexOf(left) - order.indexOf(right))
  const rows = names.flatMap((resource): readonly Readonly<Record<string, string | null>>[] => {
    const each = estimated.resources[resource]
    if (!each) return []
    const { items, requests, bytes, minutes, lambdaDollars, basis, skipped } = each
    const unknown = { requests: null, MB: null, minutes: null, Lambda: null }
    if (skipped) return [{ resource, items: 'cannot be read', ...unknown, basis: skipped.code }]
    return [
      {
        resource,
        items: shown(items, whole),
        requests: whole(requests.likely),
        MB: megabytes(bytes.likely),
        minutes: minutes.likely.toFixed(1),
        Lambda: dollars(lambdaDollars.likely),
        basis,
      },
    ]
  })
  const { rows: all, requests, minutes, bytes, monthlyShare, lambdaDollars, asked: requestsMade } = estimated
  const sums = [
    ['rows', shown(all, whole)],
    ['requests', shown(requests, whole)],
    ['minutes', `${shown(minutes, (number) => number.toFixed(1))}, at the rate that the provider allows`],
    ['Postgres', `${shown(bytes, megabytes)} MB with indexes`],
    ['Lambda', `${shown(lambdaDollars, dollars)}, at the list price of 1 GB on arm64`],
    ...(monthlyShare
      ? [['reads', `${shown(monthlyShare, percent)} of the fewest reads that Stripe allows in 30 days`]]
      : []),
  ]
  const isOpen = all.most === null
  return [
    formatTable(rows, { widest: 60, line: lineWidth(out) }),
    '  Minutes and dollars of a resource are those of reading it alone; a job reads them beside each other.',
    '',
    ...sums.map(([name = '', text = '']) => `  ${name.padEnd(9)} ${text}`),
    '',
    `  This is an estimate from ${whole(requestsMade)} requests.${isOpen ? ' Where it says "or more", no upper end is known: many items may lie at a time that no page shows.' : ''}`,
  ].join('\n')
}

/** `5,032` if it is known; `434 or more, likely 5,032` where it is an estimate. */
function shown({ least, likely, most }: Range, format: (number: number) => string): string {
  if (least === most) return format(likely)
  if (most !== null) return `${format(likely)} (${format(least)} to ${format(most)})`
  return `${format(least)} or more, likely ${format(likely)}`
}

const whole = (number: number) => Math.round(number).toLocaleString('en')
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)
const percent = (share: number) => `${Math.round(share * 100)} %`
const dollars = (number: number) => `$${number.toFixed(number < 1 ? 4 : 2)}`

import * as z from 'zod'
import { formatAmount, formatRate } from '../operations/revenue/amount.ts'
import { findRevenue, modes, type RevenueSeries } from '../operations/revenue/find.ts'
import { isTimeZone } from '../operations/revenue/time-zone.ts'
import { defineCommand } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { readerLogin, withOperatorDatabase } from './operator-database.ts'
import { flag, option, tenantId, UsageError } from './options.ts'
import { formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'

const amount = z.int().nullable()
const count = z.int().min(0).nullable()
const rate = z.number().nullable()

/** What `revenue --json` writes a line of. docs/commands.md explains each key. */
export const revenueLine = z.object({
  tenantId: z.guid(),
  provider: z.string(),
  account: z.string(),
  mode: z.enum(modes),
  currency: z.string(),
  month: z.string(),
  opening: amount,
  new: amount,
  expansion: amount,
  reactivation: amount,
  contraction: amount,
  churn: amount,
  closing: amount,
  customersOpening: count,
  customersClosing: count,
  newCustomers: count,
  churnedCustomers: count,
  reactivatedCustomers: count,
  customerChurnRate: rate,
  grossChurnRate: rate,
  netChurnRate: rate,
  grr: rate,
  nrr: rate,
  charged: amount,
  refunded: amount,
  disputed: amount,
  fees: amount,
  net: amount,
})

type RevenueLine = z.infer<typeof revenueLine>

export const revenue = defineCommand({
  name: 'revenue',
  about: `Shows MRR by month with its movements, customers, churn rates and net revenue: a table for each account, mode and
currency. Amounts of two tables are never added.`,
  options: z.object({
    tenant: option('UUID', 'revenue of this tenant', tenantId.optional()),
    provider: option('NAME', 'revenue at this provider', z.string().trim().toLowerCase().optional()),
    account: option('ID', 'this account, with its mode: acct_1ABC or acct_1ABC:test', z.string().optional()),
    currency: option('CODE', 'amounts in this currency, such as eur', z.string().trim().toLowerCase().optional()),
    mode: option('MODE', 'live, test, or unknown', z.enum(modes, 'takes live, test or unknown').optional()),
    months: option('N', 'the last months, with the current one', wholeNumber(1, 1_200, 12)),
    timeZone: option(
      'NAME',
      "where months begin, such as Europe/Berlin; the login's app.time_zone, else UTC",
      z.string().refine(isTimeZone, 'takes the name of a time zone').optional(),
    ),
    json: flag('one JSON object for each month; amounts in minor units'),
    csv: flag('comma-separated values; amounts in minor units'),
  }),
  details: `Amounts in a table are in major units, such as euros. --json and --csv have minor units, such as cents.
The figures are those of the views in schema metrics.

${readerLogin}`,
  async run({ options: { tenant, json, csv, ...filter }, terminal }) {
    if (json && csv) throw new UsageError('--json and --csv exclude each other.')
    return withOperatorDatabase({ name: 'revenue', tenant }, async ({ reader, emptyBecause }) => {
      const allSeries = await findRevenue(reader, { tenantId: tenant, ...filter })
      const lines = allSeries.flatMap(linesOf)
      if (json) for (const line of lines) terminal.print(JSON.stringify(line))
      else if (csv) for (const line of csvOf(lines)) terminal.print(line)
      else if (allSeries.length > 0) for (const series of allSeries) printSeries(series, tenant === undefined, terminal)
      else terminal.print((await emptyBecause()) ?? whatToDo)
      return exitCodes.done
    })
  },
})

const whatToDo = `There is no such revenue. It comes from the rows of subscriptions, prices and invoices: sync them with
npm start -- --resources default, or a job that names no resources. The command accounts lists what was synced.`

const linesOf = ({ months, ...series }: RevenueSeries): readonly RevenueLine[] =>
  months.map(({ month, mrr, net }) => revenueLine.parse({ ...none, ...series, month, ...mrr, ...net }))

const names = Object.keys(revenueLine.shape)
const none = Object.fromEntries(names.map((name) => [name, null]))

/** A header and one line for each month, as RFC 4180 has them. Null is empty. */
function csvOf(lines: readonly RevenueLine[]): readonly string[] {
  const cell = (value: unknown) => {
    const text = value === null ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [names.join(), ...lines.map((line) => Object.values(line).map(cell).join())]
}

function printSeries(series: RevenueSeries, hasTenant: boolean, { print, out }: Terminal): void {
  const { tenantId: tenant, provider, account, mode, currency, months } = series
  const shown = (minor: number | undefined) => (minor === undefined ? null : formatAmount(minor, series))
  const rows = months.map(({ month, mrr, net }) => ({
    month,
    opening: shown(mrr?.opening),
    new: shown(mrr?.new),
    expansion: shown(mrr?.expansion),
    reactivation: shown(mrr?.reactivation),
    contraction: shown(mrr?.contraction),
    churn: shown(mrr?.churn),
    closing: shown(mrr?.closing),
    customers: mrr?.customersClosing,
    'customer churn': formatRate(mrr?.customerChurnRate ?? null),
    'net MRR churn': formatRate(mrr?.netChurnRate ?? null),
    'net revenue': shown(net?.net),
  }))
  const title = `${provider} ${account}, ${mode === 'unknown' ? 'mode unknown' : mode}, in ${currency.toUpperCase()}`
  const right = Object.keys(rows[0] ?? {}).slice(1)
  print(`${title}${hasTenant ? `, tenant ${tenant}` : ''}\n${formatTable(rows, { line: lineWidth(out), right })}\n`)
}

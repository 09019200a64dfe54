import * as z from 'zod'
import { type AccountState, countRows, findAccounts } from '../operations/accounts.ts'
import { defineCommand } from './command.ts'
import { describeDuration } from './duration.ts'
import { exitCodes } from './exit-codes.ts'
import { readerLogin, withOperatorDatabase } from './operator-database.ts'
import { flag, option, tenantId, UsageError } from './options.ts'
import { formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'
import { wholeNumber } from './whole-number.ts'

const time = z.iso.datetime().nullable()

/** What `accounts --json` writes a line of. docs/commands.md explains each key. */
export const accountLine = z.object({
  tenantId: z.guid(),
  provider: z.string(),
  account: z.string(),
  mode: z.string().nullable(),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  lastFullAt: time,
  lastFullAge: z.number().nullable(),
  lastIncrementalAt: time,
  lastIncrementalAge: z.number().nullable(),
  cursor: time,
  eventsSilentSince: time,
  lastJob: z
    .object({
      jobId: z.guid(),
      status: z.string(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    })
    .nullable(),
  rows: z.record(z.string(), z.int().min(0)).nullable(),
})

type AccountLine = z.infer<typeof accountLine>

export const accounts = defineCommand({
  name: 'accounts',
  about: `Lists the accounts of tenants at providers, with the age of their last success. The account that waits longest for one
comes first.`,
  options: z.object({
    tenant: option('UUID', 'accounts of this tenant', tenantId.optional()),
    provider: option('NAME', 'accounts of this provider', z.string().trim().toLowerCase().optional()),
    account: option('ID', 'this account, with its mode: acct_1ABC or acct_1ABC:test', z.string().optional()),
    rows: flag("count the live rows of each table, which reads all of a tenant's rows; takes --tenant"),
    limit: option('N', 'the most accounts to list', wholeNumber(1, 100_000, 50)),
    json: flag('a JSON object an account'),
  }),
  details: readerLogin,
  async run({ options: { tenant, provider, account, rows, limit, json }, terminal }) {
    if (rows && tenant === undefined) throw new UsageError('--rows takes --tenant.')
    return withOperatorDatabase({ name: 'accounts', tenant }, async ({ reader, emptyBecause }) => {
      const states = await findAccounts(reader, { tenantId: tenant, provider, account }, limit)
      const lines: AccountLine[] = []
      for (const state of states)
        lines.push(accountLine.parse({ ...state, rows: rows ? await countRows(reader, state) : null }))
      if (json) for (const line of lines) terminal.print(JSON.stringify(line))
      else if (lines.length > 0) printAccounts(lines, tenant, terminal)
      else terminal.print((await emptyBecause()) ?? 'There are no such accounts.')
      return exitCodes.done
    })
  },
})

function printAccounts(lines: readonly AccountLine[], tenant: string | undefined, { print, out }: Terminal): void {
  const rows = lines.map((line) => ({
    ...(tenant === undefined && { tenant: line.tenantId }),
    provider: line.provider,
    account: line.account,
    'first seen': line.firstSeenAt,
    'last seen': line.lastSeenAt,
    'last full': ageOf(line.lastFullAge),
    'last incremental': ageOf(line.lastIncrementalAge),
    cursor: line.cursor,
    'last job': line.lastJob?.status ?? null,
    because:
      line.lastJob?.error?.code ?? (line.eventsSilentSince && `no live event since ${line.eventsSilentSince}`) ?? null,
    ...(line.rows && { rows: Object.values(line.rows).reduce((sum, count) => sum + count, 0) }),
  }))
  print(formatTable(rows, { line: lineWidth(out) }))
  for (const { account, rows: counts } of lines)
    if (counts) print(`\n${account}\n${formatTable(Object.entries(counts).map(([table, live]) => ({ table, live })))}`)
}

const ageOf = (seconds: AccountState['lastFullAge']) => (seconds === null ? null : `${describeDuration(seconds)} ago`)

import * as z from 'zod'
import { overspending } from '../../operations/read-allowance.ts'
import { findSchedules } from '../../operations/schedules.ts'
import { defineCommand } from '../command.ts'
import { describeDuration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { readerLogin, withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { formatTable } from '../table.ts'
import { lineWidth, type Terminal } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'
import { wrap } from '../wrap.ts'

const time = z.iso.datetime().nullable()
const requests = z.number().nullable()
const states = z.enum(['active', 'late', 'paused', 'refused'], 'takes active, late, paused or refused')

/** What `schedules list --json` writes a line of. docs/commands.md explains each key. */
export const scheduleLine = z.object({
  scheduleId: z.guid(),
  tenantId: z.guid(),
  provider: z.string(),
  account: z.string().nullable(),
  reference: z.string().nullable(),
  syncType: z.enum(['full', 'incremental']),
  resources: z.array(z.string()).nullable(),
  everySeconds: z.int(),
  auto: z.boolean(),
  state: states,
  pausedAt: time,
  pausedBecause: z.string().nullable(),
  nextAt: z.iso.datetime(),
  lastSentAt: time,
  lastJob: z.object({ jobId: z.guid(), status: z.string().nullable() }).nullable(),
  lastSuccessAt: time,
  eventsSilentSince: time,
  requestsPerMonth: requests,
  accountRequestsPerMonth: requests,
  warning: z.string().nullable(),
})

type ScheduleLine = z.infer<typeof scheduleLine>

export const listSchedules = defineCommand({
  name: 'schedules list',
  about: `Lists schedules with their state, when the next job is due, the last job, and the requests that they make in 30 days. Those
that need a person come first. Warns if an account's schedules spend more than its provider allows every account.`,
  options: z.object({
    tenant: option('UUID', 'schedules of this tenant', tenantId.optional()),
    provider: option('NAME', 'schedules of this provider', z.string().trim().toLowerCase().optional()),
    state: option('STATE', 'active, late, paused or refused', states.optional()),
    limit: option('N', 'the most schedules to list', wholeNumber(1, 100_000, 50)),
    json: flag('one JSON object for each schedule'),
  }),
  details: `active: its jobs are sent. late: due for five minutes and not sent, because nothing ticks or the queue takes none. paused: by a
person. refused: paused by itself, after three jobs in a row were refused or its account was disconnected. The requests are those of the last ten jobs, by
their median.

${readerLogin}`,
  async run({ options: { tenant, provider, state, limit, json }, terminal }) {
    return withOperatorDatabase({ name: 'schedules list', tenant }, async ({ reader, emptyBecause }) => {
      const schedules = await findSchedules(reader, { tenantId: tenant, provider, state }, limit)
      const lines = schedules.map((schedule) =>
        scheduleLine.parse({
          ...schedule,
          warning: overspending(schedule.provider, schedule.accountRequestsPerMonth),
        }),
      )
      if (json) for (const line of lines) terminal.print(JSON.stringify(line))
      else if (lines.length > 0) printSchedules(lines, tenant, terminal)
      else terminal.print((await emptyBecause()) ?? 'There are no such schedules.')
      return exitCodes.done
    })
  },
})

function printSchedules(lines: readonly ScheduleLine[], tenant: string | undefined, { print, out }: Terminal): void {
  const rows = lines.map((line) => ({
    schedule: line.scheduleId,
    ...(tenant === undefined && { tenant: line.tenantId }),
    provider: line.provider,
    account: line.account ?? line.reference,
    reads: line.resources === null ? line.syncType : `${line.syncType}: ${line.resources.join()}`,
    every: `${describeDuration(line.everySeconds)}${line.auto ? ' (auto)' : ''}`,
    state: line.state,
    next: line.state === 'active' || line.state === 'late' ? line.nextAt : null,
    'last job': line.lastJob && (line.lastJob.status ?? 'sent'),
    'last success': line.lastSuccessAt,
    'requests in 30 d': line.requestsPerMonth,
    reason: line.pausedBecause ?? (line.eventsSilentSince && `No live event since ${line.eventsSilentSince}.`),
  }))
  const width = lineWidth(out)
  print(formatTable(rows, { line: width }))
  const warnings = new Map(lines.flatMap(({ tenantId, warning }) => (warning === null ? [] : [[tenantId, warning]])))
  for (const [tenantId, warning] of warnings) print(`\n${wrap(`Tenant ${tenantId}: ${warning}`, width).join('\n')}`)
}

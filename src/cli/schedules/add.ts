import * as z from 'zod'
import { openConfig } from '../../config/load.ts'
import { addSchedule } from '../../operations/schedules.ts'
import type { ScheduleKey } from '../../schedule/beat.ts'
import { usualSeconds } from '../../schedule/cadence.ts'
import { openSettings } from '../../secrets/open-settings.ts'
import { defineCommand } from '../command.ts'
import { describeDuration, duration } from '../duration.ts'
import { exitCodes } from '../exit-codes.ts'
import { findProvider } from '../find-provider.ts'
import { withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId } from '../options.ts'
import { readResources } from '../resource-names.ts'
import { tokenReference } from '../token-reference.ts'
import { writerLogin, writing } from './change.ts'
import { printOutcomes, type ScheduleOutcome } from './outcome.ts'

/** The table takes a minute to a year and a day. */
const beat = duration.refine((seconds) => seconds >= 60 && seconds <= 366 * 86_400, 'takes 1m to 366d')

const options = z.object({
  tenant: option('UUID', 'the tenant', tenantId),
  provider: option('NAME', 'the provider', z.string().trim().toLowerCase().default('stripe')),
  account: option(
    'ID',
    'the account that the credentials must belong to, without its mode',
    z
      .string()
      .regex(/^[\w.:-]{1,255}$/, 'takes the id of an account')
      .refine((name) => !name.endsWith(':test'), 'takes the id of an account without its mode')
      .optional(),
  ),
  token: option(
    'REFERENCE',
    'a reference to a secret (arn:…, ssm:/NAME), or the id of a connected account (acct_…)',
    z.string().trim().optional(),
  ),
  resources: option(
    'A,B',
    'these resources; default: what a job reads if none are named; all: every list',
    z.string().default('default'),
  ),
  every: option(
    'TIME',
    'the time from one incremental job to the next, such as 15m or 1h; auto, the default: chosen from what the jobs spend',
    z
      .union([z.literal('auto'), beat], { error: 'takes a time from 1m to 366d, such as 15m or 1h, or auto' })
      .optional(),
  ),
  fullEvery: option(
    'TIME',
    'the time from one full job to the next, such as 30d; it finds what was deleted without an event',
    beat.optional(),
  ),
  json: flag('one JSON object for each schedule'),
})

export const addSchedules = defineCommand({
  name: 'schedules add',
  about: 'Adds schedules of an account: one for incremental jobs, one for full jobs, or both.',
  options,
  details: `The due times of all tenants spread over the interval, and stay the same if the schedule is removed and added again. The first
incremental job of an account reads everything. With auto the tick chooses
15 minutes to a day, by the median of the last ten jobs, so that schedules spend at most 80 % of what the provider allows every account.
A schedule holds no key: it names a secret or a connected account, or uses the
configured key. Ends with 1 if the account has such a schedule.

${writerLogin}`,
  async run({ options: given, terminal }) {
    const keys = await keysOf(given)
    return withOperatorDatabase({ name: 'schedules add', tenant: given.tenant }, async ({ database }) => {
      const outcomes: ScheduleOutcome[] = []
      for (const key of keys) {
        const added = await writing(() => addSchedule(database.tenant(key.tenantId), key, new Date()))
        outcomes.push(
          added
            ? { scheduleId: added.scheduleId, done: true, reason: firstJob(key, added.nextAt) }
            : { scheduleId: null, done: false, reason: `The account has such a schedule of ${key.syncType} jobs.` },
        )
      }
      printOutcomes(outcomes, given.json, terminal)
      return outcomes.every(({ done }) => done) ? exitCodes.done : exitCodes.failed
    })
  },
})

type NewSchedule = ScheduleKey & { readonly auto?: boolean }

async function keysOf(given: z.infer<typeof options>): Promise<readonly NewSchedule[]> {
  const { tenant, provider: name, account = null, token, every, fullEvery } = given
  const provider = await findProvider(name, await openConfig(openSettings))
  const common = {
    tenantId: tenant,
    provider: name,
    account,
    reference: token === undefined ? null : tokenReference(token, provider, 'put the new one into a secret'),
    resources: readResources(given.resources, provider)?.slice() ?? null,
  }
  const chosen = every ?? (fullEvery === undefined ? 'auto' : undefined)
  const cadence = chosen === 'auto' ? { everySeconds: usualSeconds, auto: true } : chosen && { everySeconds: chosen }
  return [
    ...(cadence ? [{ ...common, syncType: 'incremental' as const, ...cadence }] : []),
    ...(fullEvery === undefined ? [] : [{ ...common, syncType: 'full' as const, everySeconds: fullEvery }]),
  ]
}

const firstJob = ({ syncType, everySeconds, auto }: NewSchedule, nextAt: Date) =>
  `A job each ${describeDuration(everySeconds)} (${syncType}${auto ? ', chosen anew from the requests of its jobs' : ''}). The first is due at ${nextAt.toISOString().slice(0, 19).replace('T', ' ')} UTC.`

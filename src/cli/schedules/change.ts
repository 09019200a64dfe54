import { codeOf } from '../../db/errors.ts'
import type { TenantDatabase } from '../../db/open.ts'
import { findSchedules, type ScheduleState } from '../../operations/schedules.ts'
import { exitCodes } from '../exit-codes.ts'
import { withOperatorDatabase } from '../operator-database.ts'
import { flag, option, tenantId, UsageError } from '../options.ts'
import type { Terminal } from '../terminal.ts'
import { printOutcomes, type ScheduleOutcome } from './outcome.ts'

/** For the help of a command that writes schedules. */
export const writerLogin = `Login: the worker's or the tables' owner, with --tenant. A member of billing_sync_reader alone may not write.`

/** The options of each command that changes schedules. */
export const changeOptions = {
  tenant: option(
    'UUID',
    'the tenant of the schedules, for a login that sees one tenant at a time',
    tenantId.optional(),
  ),
  json: flag('one JSON object for each schedule'),
}

interface Change {
  readonly name: string
  readonly options: { readonly tenant?: string | undefined; readonly json: boolean }
  readonly rest: readonly string[]
  readonly terminal: Terminal
  /** @returns a sentence, and whether something has changed */
  change(db: TenantDatabase, schedule: ScheduleState): Promise<Pick<ScheduleOutcome, 'done' | 'reason'>>
}

/** Changes the schedules that the command line names. @returns the exit code */
export async function changeSchedules({ name, options, rest, terminal, change }: Change): Promise<number> {
  const ids = scheduleIds(rest)
  return withOperatorDatabase({ name, tenant: options.tenant }, async ({ reader, database, emptyBecause }) => {
    const schedules = new Map(
      (await findSchedules(reader, { ids }, ids.length)).map((state) => [state.scheduleId, state]),
    )
    const outcomes: ScheduleOutcome[] = []
    for (const scheduleId of ids) {
      const schedule = schedules.get(scheduleId)
      const outcome = schedule
        ? await writing(() => change(database.tenant(schedule.tenantId), schedule))
        : { done: false, reason: (await emptyBecause()) ?? 'The database has no schedule of this id.' }
      outcomes.push({ scheduleId, ...outcome })
    }
    printOutcomes(outcomes, options.json, terminal)
    return outcomes.every(({ done }) => done) ? exitCodes.done : exitCodes.failed
  })
}

/** @throws Error in words if the login may not write */
export async function writing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (codeOf(error) !== '42501') throw error
    throw new Error(
      "database: this login may not change schedules (42501). Use the worker's login or the tables' owner, with --tenant.",
    )
  }
}

function scheduleIds(rest: readonly string[]): readonly string[] {
  if (rest.length === 0)
    throw new UsageError('the SCHEDULE is missing: the id of a schedule, as billing-sync schedules list shows it.')
  const wrong = rest.find((id) => !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id))
  if (wrong !== undefined) throw new UsageError(`SCHEDULE takes a UUID, not "${wrong}".`)
  return [...new Set(rest.map((id) => id.toLowerCase()))]
}

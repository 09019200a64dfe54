import type { Config } from '../../config/load.ts'
import { databaseFailure } from '../../db/errors.ts'
import { openDatabase } from '../../db/open.ts'
import { readGauges } from '../../schedule/gauges.ts'
import { describeDuration } from '../duration.ts'
import { type Finding, findingsAbout } from './finding.ts'

const schedules = findingsAbout('schedules')

/** Seconds. The tick runs each minute, and each tick does what an earlier one has missed. */
const late = 300

/** Whether jobs are sent when they are due, and whether their jobs are taken. */
export async function* checkSchedules(config: Config): AsyncGenerator<Finding> {
  if (!config.database) return
  const database = await openDatabase(config.database, { connections: 1, applicationName: 'doctor' })
  try {
    yield* findings(await readGauges({ database }))
  } catch (error) {
    yield schedules.thrown(databaseFailure(error))
  } finally {
    await database.close()
  }
}

function* findings({
  schedules: counts,
  accountsStale,
  eventsSilent,
}: Awaited<ReturnType<typeof readGauges>>): Generator<Finding> {
  if (counts.active + counts.paused + counts.refused === 0) {
    yield schedules.ok('there are none: jobs come from senders alone')
    return
  }
  yield counts.late > late
    ? schedules.fail(
        `a schedule is due since ${describeDuration(counts.late)}, and its job is not sent`,
        'Start a container with Schedules.Tick, or look at the log of the function tick. Check that the queue takes messages.',
      )
    : schedules.ok(`${counts.active} are active and sent in time, ${counts.paused} are paused`)
  if (counts.refused > 0)
    yield schedules.warn(
      `${counts.refused} are paused, because their jobs were refused`,
      'See billing-sync schedules list --state refused, mend the cause, and run billing-sync schedules resume.',
    )
  if (eventsSilent > 0)
    yield schedules.warn(
      `${eventsSilent} accounts with a route get no live events, though their jobs find new objects`,
      'See eventsSilentSince in billing-sync schedules list --json, and look at the source of events at the provider.',
    )
  if (accountsStale > 0)
    yield schedules.warn(
      `${accountsStale} accounts had no success for two beats and an hour`,
      'See billing-sync schedules list and billing-sync jobs list --status failed,retrying.',
    )
}

import { expect, test } from 'vitest'
import { checkSchedules } from '../../../src/cli/doctor/schedules.ts'
import { minutesAgo } from '../../operations/plant-job.ts'
import { plantSchedule, secondsFromNow } from '../../schedule/plant-schedule.ts'
import { openTestDatabase } from '../../support/database.ts'
import { asWorker } from '../../support/postgres.ts'
import { collect, configOf } from './findings.ts'

/** The doctor's lines about schedules, with the worker's login. */
async function openDoctor() {
  const { url, query } = await openTestDatabase()
  const config = configOf({ ConnectionStrings__DefaultConnection: `${asWorker(url)}?sslmode=disable` })
  return {
    query,
    lines: async () => (await collect(checkSchedules(config))).map(({ status, message }) => [status, message]),
  }
}

test('the doctor says how many schedules are active, and that there are none', async () => {
  const { query, lines } = await openDoctor()
  expect(await lines()).toEqual([['ok', 'there are none: jobs come from senders alone']])
  await plantSchedule(query, { next_at: secondsFromNow(60) })
  expect(await lines()).toEqual([['ok', '1 are active and sent in time, 0 are paused']])
})

test('the doctor fails if the tick is late, and warns of refused schedules, stale accounts and silent events', async () => {
  const { query, lines } = await openDoctor()
  await plantSchedule(query, {
    next_at: minutesAgo(7),
    created_at: minutesAgo(600),
    events_silent_since: minutesAgo(90),
  })
  await plantSchedule(query, { paused_at: new Date(), paused_because: 'x', rejects: 3 })
  expect(await lines()).toEqual([
    ['fail', expect.stringMatching(/^a schedule is due since 7 m( \d+ s)?, and its job is not sent$/)],
    ['warn', '1 are paused, because their jobs were refused'],
    ['warn', '1 accounts with a route get no live events, though their jobs find new objects'],
    ['warn', '1 accounts had no success for two beats and an hour'],
  ])
})

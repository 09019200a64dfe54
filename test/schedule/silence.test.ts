import { expect, test } from 'vitest'
import { silentLog } from '../../src/log/log.ts'
import { readGauges } from '../../src/schedule/gauges.ts'
import { type Heard, silentSince } from '../../src/schedule/silence.ts'
import { tick } from '../../src/schedule/tick.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'
import { plantSchedule, secondsFromNow } from './plant-schedule.ts'

const at = (hour: number) => new Date(Date.UTC(2026, 10, 29, hour))
const heard = (change: Partial<Heard> = {}): Heard => ({ until: at(8), foundNew: true, previousAt: at(9), ...change })

test('events are silent since the last one, if a job finds objects that are newer and no event brought', () => {
  expect(silentSince(null, heard())).toEqual(at(8))
  expect(silentSince(null, heard({ foundNew: false }))).toBeNull()
  expect(silentSince(null, heard({ until: at(10) }))).toBeNull()
  expect(silentSince(null, heard({ until: null }))).toBeNull()
  expect(silentSince(null, heard({ previousAt: null }))).toBeNull()
})

test('a silence lasts while a job finds nothing, and the next event ends it', () => {
  expect(silentSince(at(8), heard({ foundNew: false, previousAt: at(11) }))).toEqual(at(8))
  expect(silentSince(at(8), heard({ foundNew: false, until: at(12), previousAt: at(11) }))).toBeNull()
  expect(silentSince(at(8), heard({ until: null }))).toBeNull()
})

const created = (count: number, resource = 'customers') => ({
  [resource]: { fetched: count, created: count, updated: 0 },
})

/** An account with a route since a day, whose job of now ended after one that started an hour before. */
async function openTick({
  progress = created(1) as object,
  routed = true,
  state = 'active',
  syncType = 'incremental',
} = {}) {
  const { worker, query } = await openTestDatabase()
  const { id: scheduleId, tenant_id } = await plantSchedule(query, {
    next_at: secondsFromNow(1_800),
    sync_type: syncType,
  })
  const key = { tenant_id, account: 'acct_1A', status: 'completed', sync_type: syncType }
  await query(
    `insert into sync_accounts (tenant_id, provider, account, state, state_because) values ($1, 'stripe', 'acct_1A', $2, $3)`,
    [tenant_id, state, state === 'active' ? null : 'It is gone.'],
  )
  if (routed)
    await query(
      `insert into event_routes (provider, route, tenant_id, account, created_at) values ('stripe', 'acct_1A live', $1, 'acct_1A', now() - interval '1 day')`,
      [tenant_id],
    )
  await plantJob(query, { ...key, started_at: minutesAgo(65), finished_at: minutesAgo(64) })
  const end = async (ended: object) => {
    const { id } = await plantJob(query, {
      ...key,
      started_at: minutesAgo(4),
      finished_at: minutesAgo(3),
      progress: ended,
    })
    await query(
      `update sync_schedules set last_job_id = $1, last_sent_at = now() - interval '5 min', last_status = 'running'`,
      [id],
    )
    await tick({ database: worker, queue: { send: async () => {} }, log: silentLog })
  }
  await end(progress)
  return {
    end,
    /** An event that was applied so many hours ago. */
    event: (hours: number) =>
      query(
        `insert into sync_event_counts (tenant_id, provider, account, hour, shard, received)
         values ($1, 'stripe', 'acct_1A', date_trunc('hour', now()) - make_interval(hours => $2), 0, 1)`,
        [tenant_id, hours],
      ),
    since: async () =>
      (await query('select events_silent_since as since from sync_schedules where id = $1', [scheduleId]))[0]?.since,
    silent: async () => (await readGauges({ database: worker })).eventsSilent,
  }
}

test('the tick sees a source of events that is silent, counts its account, and sees that it speaks again', async () => {
  const { since, silent, event, end } = await openTick()
  expect(await since()).toBeInstanceOf(Date)
  expect(await silent()).toBe(1)
  await event(5)
  await end(created(1))
  expect(await silent()).toBe(1)
  await event(0)
  await end(created(0))
  expect(await since()).toBeNull()
  expect(await silent()).toBe(0)
})

test.each<[string, Parameters<typeof openTick>[0]]>([
  ['without a route', { routed: false }],
  ['that is disconnected', { state: 'disconnected' }],
  ['whose job found no new object', { progress: created(0) }],
  ['whose job found only what no event announces', { progress: created(3, 'balance_transactions') }],
  ['whose full job reads everything', { syncType: 'full' }],
])('the events of an account %s are not silent', async (_, options) => {
  const { since, silent } = await openTick(options)
  expect([await since(), await silent()]).toEqual([null, 0])
})

import { expect, test } from 'vitest'
import { publishEventsQueue, publishGauges } from '../../src/telemetry/gauges.ts'
import { metricsRoute } from '../../src/telemetry/metrics-route.ts'
import { createRegistry } from '../../src/telemetry/prometheus.ts'

const readings = {
  queue: { waiting: 4, inFlight: null, delayed: 2, dead: 1, oldestAge: null },
  jobs: { pending: 1, running: 2 },
  jobsStuck: null,
  accountsStale: 3,
  eventsSilent: 12,
  accountSyncAgeMax: null,
  schedules: { active: 5, paused: 6, refused: 7, late: 8 },
  erasures: { waiting: 9, dueSoon: 10, overdue: 11 },
}

const gaugesIn = (text: string) =>
  text.split('\n').filter((line) => /^billing_sync/.test(line) && !line.includes('_total'))

test('what is not known is not published', () => {
  const registry = createRegistry()
  publishGauges(registry, readings)
  expect(gaugesIn(registry.text())).toEqual([
    'billing_sync_queue_messages{state="waiting"} 4',
    'billing_sync_queue_messages{state="delayed"} 2',
    'billing_sync_queue_messages{state="dead"} 1',
    'billing_sync_jobs{status="pending"} 1',
    'billing_sync_jobs{status="running"} 2',
    'billing_sync_accounts_stale 3',
    'billing_sync_events_silent 12',
    'billing_sync_schedules{state="active"} 5',
    'billing_sync_schedules{state="paused"} 6',
    'billing_sync_schedules{state="refused"} 7',
    'billing_sync_schedules_late_seconds 8',
    'billing_sync_erasure_requests{state="waiting"} 9',
    'billing_sync_erasure_requests{state="due_soon"} 10',
    'billing_sync_erasure_requests{state="overdue"} 11',
  ])
  publishGauges(createRegistry(), { ...readings, queue: null, jobs: null })
})

test('the queue of live events has gauges of its own, and keeps them while it does not answer', () => {
  const registry = createRegistry()
  publishEventsQueue(registry, { waiting: 4, inFlight: null, delayed: 2, dead: 1, oldestAge: 30 })
  publishEventsQueue(registry, null)
  expect(gaugesIn(registry.text())).toEqual([
    'billing_sync_events_queue_messages{state="waiting"} 4',
    'billing_sync_events_queue_messages{state="delayed"} 2',
    'billing_sync_events_queue_messages{state="dead"} 1',
    'billing_sync_events_oldest_age_seconds 30',
  ])
})

test('collectors that ask at once read the gauges once, and counters are there if the gauges cannot be read', async () => {
  let now = 0
  let reads = 0
  const registry = createRegistry()
  const route = metricsRoute({
    registry,
    now: () => now,
    async read() {
      reads++
      if (reads === 2) throw new Error('the database is away')
      publishGauges(registry, { ...readings, accountsStale: reads })
    },
  })
  const [first] = await Promise.all([route.answer(), route.answer()])
  expect(reads).toBe(1)
  expect(first).toMatchObject({ status: 200, type: expect.stringContaining('version=0.0.4') })
  now += 15_000
  expect((await route.answer()).body).toContain('billing_sync_accounts_stale 1')
  expect(reads).toBe(2)
  now += 15_000
  expect((await route.answer()).body).toContain('billing_sync_accounts_stale 3')
})

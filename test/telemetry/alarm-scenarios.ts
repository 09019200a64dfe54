import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { count } from '../../src/local/queue.ts'
import { silentLog } from '../../src/log/log.ts'
import { readGauges } from '../../src/schedule/gauges.ts'
import type { GaugeReadings } from '../../src/telemetry/gauges.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { plantRequest } from '../schedule/plant-request.ts'
import { plantSchedule, secondsFromNow } from '../schedule/plant-schedule.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { eventAlarmScenarios } from './event-alarm-scenarios.ts'
import { type openObservatory, parameters } from './observatory.ts'

/*
 * Faults, each made for an alarm. A worker meets them and writes what it measures; time between is the observatory's.
 */

type Observatory = ReturnType<typeof openObservatory>

/** What is there while nothing is wrong. */
export const calm: GaugeReadings = {
  queue: { waiting: 0, inFlight: 0, delayed: 0, dead: 0, oldestAge: 0 },
  jobs: { pending: 0, running: 0, paused: 0, retrying: 0 },
  jobsStuck: 0,
  accountsStale: 0,
  accountSyncAgeMax: 600,
  eventsSilent: 0,
  schedules: { active: 1, paused: 0, refused: 0, late: 0 },
  erasures: { waiting: 1, dueSoon: 0, overdue: 0 },
}

const open = (observatory: Observatory, options: Parameters<typeof setup>[0] = {}) =>
  setup({ sandbox: { customers: 5 }, telemetry: observatory.telemetry, ...options })

const tooManyRequests = { kind: 'rate-limited', reason: 'resource-specific' } as const

/** Faults whose only metrics are AWS's own: the test measures in its place. */
async function measuredByAws(observatory: Observatory, measure: () => void, minutes = 10): Promise<void> {
  await observatory.pass(minutes, measure)
}

/** Two letters, minutes apart. */
async function deadLetters(observatory: Observatory): Promise<void> {
  const { handle, queue } = await open(observatory)
  const look = async () => {
    const { visible: dead } = await count(queue.client, queue.deadLetterUrl)
    observatory.measured('dead letters', 'ApproximateNumberOfMessagesVisible', dead)
    observatory.publish({ ...calm, queue: { waiting: 0, inFlight: 0, delayed: 0, oldestAge: 0, dead } })
  }
  await observatory.pass(3, look)
  await handle(['no request'])
  await observatory.pass(5, look)
  await handle(['another one'])
  await observatory.pass(5, look)
}

/** Gauges of a database as the worker's login reads them. */
async function gaugesOf(
  observatory: Observatory,
  plant: (query: Awaited<ReturnType<typeof open>>['query']) => Promise<unknown>,
) {
  const { workerUrl, query } = await open(observatory)
  await plant(query)
  const connection = parseConnectionString(`${workerUrl}?sslmode=disable`)
  const database = await openDatabase(connection, { connections: 1, applicationName: 'test' })
  return await readGauges({ database }).finally(database.close)
}

async function publishFor(observatory: Observatory, minutes: number, readings: GaugeReadings): Promise<void> {
  await observatory.pass(minutes, () => observatory.publish(readings))
}

/** A fault for each alarm, by the alarm's name. */
export const alarmScenarios: Readonly<Record<string, (observatory: Observatory) => Promise<void>>> = {
  DeadLettersAlarm: deadLetters,
  NewDeadLettersAlarm: deadLetters,
  async QueueAgeAlarm(observatory) {
    const { queue } = await open(observatory)
    await queue.send(JSON.stringify(jobRequest()))
    let age = 0
    await observatory.pass(40, async () => {
      const { visible } = await count(queue.client, queue.url)
      observatory.measured('queue', 'ApproximateAgeOfOldestMessage', visible * age)
      observatory.publish({
        ...calm,
        queue: { ...calm.queue, waiting: visible, inFlight: 0, delayed: 0, dead: 0, oldestAge: visible * age },
      })
      age += 60
    })
  },
  QuietTenantsAlarm: (observatory) =>
    measuredByAws(observatory, () =>
      observatory.measured('queue', 'ApproximateAgeOfOldestMessageInQuietGroups', 1_300),
    ),
  async CannotWorkAlarm(observatory) {
    const { handle, query } = await open(observatory)
    await observatory.pass(6, () => observatory.publish(calm))
    await query('alter table sync_jobs rename to sync_jobs_elsewhere')
    await handle([JSON.stringify(jobRequest())])
    await observatory.pass(6)
  },
  async ForeignJobsAlarm(observatory) {
    const { handle } = await open(observatory)
    const request = jobRequest()
    await handle([JSON.stringify(request)])
    await observatory.pass(6)
    await handle([JSON.stringify(jobRequest({ jobId: request.jobId }))])
    await observatory.pass(6)
  },
  async OutageAlarm(observatory) {
    const { handle, sandbox } = await open(observatory)
    sandbox.fail({ ...tooManyRequests, retryAfter: 3_600 })
    for (let quarter = 0; quarter < 5; quarter++) {
      await handle([JSON.stringify(jobRequest())])
      await observatory.pass(15)
    }
  },
  async FailedKeysAlarm(observatory) {
    const { handle, sandbox } = await open(observatory)
    sandbox.fail({ kind: 'key-revoked' })
    for (let tenant = 0; tenant < 5; tenant++) await handle([JSON.stringify(jobRequest())])
    await observatory.pass(61)
  },
  async GaveUpAlarm(observatory) {
    const { handle, sandbox } = await open(observatory, { settings: { Worker__OutageMinutes: '0' } })
    sandbox.fail({ ...tooManyRequests, retryAfter: 3_600 })
    await observatory.pass(6)
    await handle([JSON.stringify(jobRequest())])
    await observatory.pass(6)
  },
  async RejectedJobsAlarm(observatory) {
    const { handle } = await open(observatory)
    await observatory.pass(6)
    await handle([JSON.stringify(jobRequest({ additionalData: { resources: ['nothing'] } }))])
    await observatory.pass(6)
  },
  async StaleAccountsAlarm(observatory) {
    const plant = { next_at: secondsFromNow(600), last_success_at: minutesAgo(182) }
    await publishFor(observatory, 25, await gaugesOf(observatory, (query) => plantSchedule(query, plant)))
  },
  async StuckJobsAlarm(observatory) {
    const plant = { status: 'paused', updated_at: minutesAgo(61) }
    await publishFor(observatory, 25, await gaugesOf(observatory, (query) => plantJob(query, plant)))
  },
  async SchedulePausedAlarm(observatory) {
    const plant = { paused_at: new Date(), paused_because: '3 jobs in a row were refused.', rejects: 3 }
    await publishFor(observatory, 15, await gaugesOf(observatory, (query) => plantSchedule(query, plant)))
  },
  async LateSchedulesAlarm(observatory) {
    const plant = { next_at: secondsFromNow(-660) }
    await publishFor(observatory, 15, await gaugesOf(observatory, (query) => plantSchedule(query, plant)))
  },
  async ErasureOverdueAlarm(observatory) {
    await publishFor(observatory, 15, await gaugesOf(observatory, (query) => plantRequest(query, -1)))
  },
  async ErasureDueSoonAlarm(observatory) {
    await publishFor(observatory, 15, await gaugesOf(observatory, (query) => plantRequest(query, 6)))
  },
  TickAlarm: (observatory) => measuredByAws(observatory, () => observatory.measured('tick', 'Errors', 1)),
  async NoMessagesAlarm(observatory) {
    const plant = { next_at: secondsFromNow(600), last_success_at: minutesAgo(1) }
    const readings = await gaugesOf(observatory, (query) => plantSchedule(query, plant))
    await publishFor(observatory, 26 * 60, readings)
  },
  async ErrorsAlarm(observatory) {
    const child = () => {
      throw new Error('a bug')
    }
    const { handle } = await open(observatory, { log: { ...silentLog, child } })
    await observatory.pass(6)
    await handle([JSON.stringify(jobRequest())])
    await observatory.pass(6)
  },
  ThrottlesAlarm: (observatory) => measuredByAws(observatory, () => observatory.measured('function', 'Throttles', 1)),
  async DurationAlarm(observatory) {
    const { handle, sandbox } = await open(observatory)
    await observatory.pass(6)
    const ms = (parameters.timeoutSeconds - 9) * 1_000
    let held = false
    // Something holds the worker in the middle of its delivery.
    sandbox.onRequest(() => {
      if (!held) observatory.elapse(ms)
      held = true
    })
    await handle([JSON.stringify(jobRequest())], parameters.timeoutSeconds * 1_000)
    observatory.measured('function', 'Duration', ms)
    await observatory.pass(6)
  },
  async ConcurrencyAlarm(observatory) {
    const { handle, queue } = await open(observatory, { sandbox: { customers: 1, latencyMs: 1_500 } })
    await queue.send(JSON.stringify(jobRequest()))
    const busy = [handle([JSON.stringify(jobRequest())]), handle([JSON.stringify(jobRequest())])]
    const { visible: waiting } = await count(queue.client, queue.url)
    await observatory.pass(20, () => {
      observatory.measured('function', 'ConcurrentExecutions', busy.length)
      observatory.measured('queue', 'ApproximateNumberOfMessagesVisible', waiting)
      observatory.publish({ ...calm, queue: { waiting, inFlight: 2, delayed: 0, dead: 0, oldestAge: 60 } })
    })
    await Promise.all(busy)
  },
  async ProviderThrottlesAlarm(observatory) {
    const { handle, sandbox } = await open(observatory)
    for (let period = 0; period < 5; period++) {
      sandbox.fail({ ...tooManyRequests, times: 8 })
      await handle([JSON.stringify(jobRequest({ additionalData: { resources: undefined } }))])
      await observatory.pass(5)
    }
  },
  ...eventAlarmScenarios,
}

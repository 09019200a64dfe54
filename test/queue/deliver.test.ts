import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config/load.ts'
import type { Queue } from '../../src/queue/queue.ts'
import type { DeliveryWatch, Telemetry } from '../../src/telemetry/telemetry.ts'
import { openWorker } from '../../src/worker.ts'
import { collectLog } from '../support/collected-log.ts'
import { createGate } from '../support/gate.ts'
import { createRandom, forEachSeedAsync } from '../support/random.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { createMemoryQueue, type MemoryQueue } from './memory-queue.ts'

/*
 * A worker on a queue of no vendor: which calls it makes for each outcome, and what becomes of a message when a call fails.
 */

afterEach(() => vi.restoreAllMocks())

/** `latencyMs`: how long the provider takes for each answer. The first heartbeat comes after a quarter of a second. */
async function setupDelivery({ latencyMs = 0, leaseSeconds = 60, crashes = false } = {}) {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { environment, sandbox, query, job } = await setup({ sandbox: { customers: 5, latencyMs } })
  const queue = createMemoryQueue()
  const log = collectLog()
  const config = readConfig({
    environment: { ...environment, Worker__LeaseSeconds: String(leaseSeconds) },
    file: undefined,
  })
  const events: unknown[] = []
  const worker = await openWorker(config, { log, queue, name: 'delivery', telemetry: telling(events, crashes) })
  onTestFinished(() => worker.close())
  return {
    sandbox,
    query,
    job,
    queue,
    log,
    /** The job and the ending of each delivery. */
    events,
    /** Lets time pass until a message is visible, works on it, and deletes it if the worker acknowledges it. */
    async deliverNext(remainingMs = 60_000) {
      queue.advance()
      const message = queue.receive()
      if (!message) throw new Error('no message is visible')
      const ack = await worker.deliver(message, remainingMs)
      if (ack === 'acknowledge') queue.acknowledge(message)
      return ack
    },
  }
}

/** Keeps which job a delivery was about, and how it ended. */
function telling(events: unknown[], crashes: boolean): Telemetry {
  const ignore = () => {}
  const watch: DeliveryWatch = {
    within: (work) => (crashes ? Promise.reject(new TypeError('a bug')) : work()),
    job: (job) => void events.push(job),
    answered: ignore,
    committed: ignore,
    batchCommitted: ignore,
    waiting: ignore,
    notClaimed: ignore,
    leaseLost: ignore,
    jobEnded: ignore,
    finished: (ending) => void events.push(ending),
  }
  return { watch: () => watch, notStarted: ignore, idle: ignore } as unknown as Telemetry
}

/** Puts messages into a queue; the list of calls begins after that. */
async function put(queue: MemoryQueue, ...bodies: readonly unknown[]) {
  for (const body of bodies) await queue.send(typeof body === 'string' ? body : JSON.stringify(body), 0, 'owner-7')
  queue.forgetCalls()
}

/** How the provider fails, in a way that may pass. */
const passing = {
  kind: 'error',
  status: 400,
  path: '/v1/customers',
  error: { code: 'resource_missing', param: 'starting_after' },
} as const

describe('a delivery on a queue of no vendor', () => {
  it('acknowledges a job that is done, after a heartbeat longer than the lease', async () => {
    const { queue, deliverNext, job } = await setupDelivery({ latencyMs: 800 })
    const request = jobRequest()
    await put(queue, request)
    expect(await deliverNext()).toBe('acknowledge')
    expect(queue.calls).toEqual(['heartbeat 75'])
    expect(queue.size()).toBe(0)
    expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
  })

  it('gives a message back only once its last heartbeat is answered, which would hide it again', async () => {
    const { queue, deliverNext, job, sandbox } = await setupDelivery({ latencyMs: 800 })
    sandbox.fail(passing)
    const request = jobRequest()
    await put(queue, request)
    const answered = createGate()
    queue.failing((call) => (call === 'heartbeat' ? answered.passed : undefined))
    const delivered = deliverNext()
    await expect.poll(() => job(request.jobId), { timeout: 120_000 }).toMatchObject({ status: 'retrying' })
    expect(queue.calls).toEqual(['heartbeat 75'])
    answered.open()
    expect(await delivered).toBe('redeliver')
    expect(queue.calls).toEqual(['heartbeat 75', 'giveBack 1'])
  })

  it('gives a failed job back, and from the second receive on sends it again in its group', async () => {
    const { queue, deliverNext, job, sandbox } = await setupDelivery()
    const recover = sandbox.fail(passing)
    const request = jobRequest()
    await put(queue, request)
    expect([await deliverNext(), await deliverNext()]).toEqual(['redeliver', 'acknowledge'])
    recover()
    expect(await deliverNext()).toBe('acknowledge')
    expect(queue.calls.filter((call) => call !== 'heartbeat 75')).toEqual(['giveBack 1', 'send 1 owner-7'])
    expect(queue.size()).toBe(0)
    expect(await job(request.jobId)).toMatchObject({ status: 'completed', attempt: 2 })
  })

  it('tells telemetry the job and the ending of each delivery', async () => {
    const { queue, deliverNext, events, sandbox, job } = await setupDelivery()
    const tell = async (body: unknown) => {
      events.splice(0)
      await put(queue, body)
      await deliverNext()
      return [...events]
    }
    const done = jobRequest()
    const about = ({ jobId, tenantId }: typeof done) => ({ jobId, tenantId, provider: 'stripe' })
    expect(await tell(done)).toEqual([about(done), { outcome: 'completed', code: null, retryable: false }])
    const unknown = jobRequest({ providerName: 'canary' })
    expect(await tell(unknown)).toEqual([
      { ...about(unknown), provider: undefined },
      { outcome: 'failed', code: 'unknown_provider', retryable: false },
    ])
    const invalid = jobRequest({ additionalData: { batch_size: 0 } })
    expect(await tell(invalid)).toEqual([
      about(invalid),
      { outcome: 'failed', code: 'invalid_request', retryable: false },
    ])
    expect(await job(invalid.jobId)).toMatchObject({ status: 'failed' })
    expect(await tell('no JSON')).toEqual([{ outcome: 'unreadable', code: 'unreadable_message', retryable: false }])
    sandbox.fail(passing)
    const retried = jobRequest()
    expect(await tell(retried)).toEqual([
      about(retried),
      { outcome: 'retrying', code: expect.any(String), retryable: true },
    ])
  })

  it('has the message of a delivery that fails by a bug redelivered, and says so', async () => {
    const { queue, deliverNext, events, log } = await setupDelivery({ crashes: true })
    await put(queue, jobRequest())
    expect(await deliverNext()).toBe('redeliver')
    expect(events).toEqual([{ outcome: 'crashed', code: null, retryable: true }])
    expect(log.lines()).toMatchObject([{ level: 'error', event: 'delivery_crashed', error: { message: 'a bug' } }])
  })

  it('copies a message that names no job to the dead letters, without its secrets', async () => {
    const { queue, deliverNext, query } = await setupDelivery()
    await put(queue, '{"accessToken":"sk_live_canary5Fh2"}')
    expect(await deliverNext()).toBe('acknowledge')
    expect(queue.calls).toEqual(['deadLetter unreadable_message'])
    expect(queue.deadLetters).toEqual([
      {
        body: '{"accessToken":"[redacted]"}',
        code: 'unreadable_message',
        reason: expect.stringMatching(/^message: /),
        messageId: expect.any(String),
        group: 'owner-7',
      },
    ])
    expect(await query('select 1 from sync_jobs')).toEqual([])
  })

  const events: Record<Exclude<keyof Queue, 'heartbeat'>, { readonly body: unknown; readonly receives: number }> = {
    send: { body: jobRequest(), receives: 2 },
    giveBack: { body: jobRequest(), receives: 1 },
    deadLetter: { body: 'no JSON', receives: 1 },
  }
  it.each(Object.entries(events))(
    'has the message redelivered when the queue does not confirm %s',
    async (call, { body, receives }) => {
      const { queue, deliverNext, log, sandbox } = await setupDelivery()
      const recover = sandbox.fail(passing)
      await put(queue, body)
      queue.failing((name) => {
        if (name === call) throw new Error('the queue is away')
      })
      for (let receive = 1; receive < receives; receive++) await deliverNext()
      expect(await deliverNext()).toBe('redeliver')
      expect(queue.size()).toBe(1)
      expect(log.lines().filter(({ event }) => event === 'queue_unconfirmed')).toMatchObject([
        { level: 'warn', error: { message: 'the queue is away' } },
      ])
      queue.failing(() => {})
      recover()
      queue.advance()
      expect(await deliverNext()).toBe('acknowledge')
      expect(queue.size()).toBe(0)
      expect(queue.deadLetters).toHaveLength(call === 'deadLetter' ? 1 : 0)
    },
  )

  it('does the job of a message whose heartbeats fail, and says so once', async () => {
    // A heartbeat each second.
    const { queue, deliverNext, job, log } = await setupDelivery({ latencyMs: 2_500, leaseSeconds: 3 })
    const request = jobRequest()
    await put(queue, request)
    queue.failing(() => {
      throw new Error('the queue is away')
    })
    expect(await deliverNext()).toBe('acknowledge')
    expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
    expect(log.lines().filter(({ event }) => event === 'heartbeat_failed')).toHaveLength(1)
  })

  it('loses no message whichever calls fail', () =>
    forEachSeedAsync(4, async (seed) => {
      const { queue, deliverNext, query, sandbox } = await setupDelivery()
      const random = createRandom(seed + 1)
      const requests = Array.from({ length: 4 }, () => jobRequest())
      await put(queue, ...requests, 'no JSON', '{}')
      sandbox.fail({ ...passing, times: 2 + random.below(3) })
      queue.failing(() => {
        if (random.chance(0.4)) throw new Error('the queue is away')
      })
      for (let left = 200; queue.size() > 0 && left > 0; left--) await deliverNext()
      expect(queue.size()).toBe(0)
      expect(await query('select id, status from sync_jobs order by id')).toEqual(
        requests.map(({ jobId }) => ({ id: jobId, status: 'completed' })).sort((a, b) => (a.id < b.id ? -1 : 1)),
      )
      expect(new Set(queue.deadLetters.map(({ body }) => body))).toEqual(
        new Set(['[7 characters that are not shown]', '{}']),
      )
    }))
})

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log/log.ts'
import { type DeliveryDeps, deliver } from '../../src/queue/deliver.ts'
import { eventHandler } from '../../src/queue/lambda.ts'
import { createRandom, forEachSeedAsync } from '../support/random.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * Whatever a message holds, a queue does or a database says: a valid answer that names only messages it was given.
 */

afterEach(() => vi.restoreAllMocks())

const poison = ['', 'nothing', 'null', '[]', '5', '{}', '{"jobId":"x"}', '"text"', '{"a":', '\ufeff{}']

test('ten messages of which none can be read are answered, and each is copied to the dead-letter queue with its reason', async () => {
  const { worker, queue, query } = await setup({
    sandbox: { customers: 1 },
    exempt: {
      calls: ['queue'],
      because: 'It counts dead letters. A message whose answer is lost is sent there again.',
    },
  })
  expect(await worker.handle(sqsEvent(poison), context(60_000))).toEqual({ batchItemFailures: [] })
  const letters = await queue.deadLetters()
  expect(letters).toHaveLength(10)
  expect(letters.map(({ attributes }) => attributes.code)).toEqual(poison.map(() => 'unreadable_message'))
  expect(await query('select 1 from sync_jobs')).toEqual([])
})

test('a message whose heartbeats fail is worked on under its lease all the same', async () => {
  const { queue, openWorker, job, query } = await setup({ sandbox: { customers: 50 } })
  const worker = await openWorker({ Queue__Url: `${queue.endpoint}/000000000000/gone` })
  const request = jobRequest()
  expect(await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))).toEqual({ batchItemFailures: [] })
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', deliveries: 1, fence: '1' })
  expect(await query('select count(*)::int as count from customers')).toEqual([{ count: 50 }])
})

test('a job that was cancelled, failed or completed is not taken up by a message that comes again', async () => {
  const { worker, job, query, sandbox } = await setup({ sandbox: { customers: 1 } })
  for (const status of ['completed', 'failed', 'cancelled']) {
    const request = jobRequest()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, status, sync_type, finished_at, result, error)
       values ($1, $2, 'stripe', $3, 'full', now(), $4, $5)`,
      [
        request.jobId,
        request.tenantId,
        status,
        status === 'cancelled' ? null : '{}',
        status === 'failed' ? '{"code":"x"}' : null,
      ],
    )
    const row = await job(request.jobId)
    expect(await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))).toEqual({ batchItemFailures: [] })
    expect(await job(request.jobId)).toEqual(row)
  }
  expect(sandbox.stats().requests).toBe(0)
})

test('the answer is valid whatever throws, rejects or is missing (100 seeds)', async () => {
  const reached = new Set<string>()
  await forEachSeedAsync(100, async (seed) => {
    const random = createRandom(seed)
    const trouble = (): unknown =>
      random.pick([new Error('boom'), 'a text', undefined, null, 5, Object.assign(new Error('x'), { code: '57P01' })])
    const throwing = (part: string) => () => {
      reached.add(part)
      throw trouble()
    }
    const perhaps = (part: string) => async () => {
      if (random.chance(0.5)) throwing(part)()
    }
    const statements: unknown = new Proxy({}, { get: (_, method) => throwing(`statement ${String(method)}`) })
    const transaction = (kind: string) => async (work: (db: unknown, tenant: unknown) => unknown) => {
      // Longer than it is until the first heartbeat.
      await delay(3)
      await perhaps(kind)()
      return work(statements, sql`null`)
    }
    const deps = {
      tenant: () => ({ within: transaction('within'), read: transaction('read'), alone: transaction('alone') }),
      clock: { ...systemClock, sleep: async () => {}, random: () => 0 },
      log: silentLog,
      settings: { maxRetries: 3, retryDelaySeconds: 0, batchSize: 100, timeoutMs: 60_000, leaseSeconds: 0.03 },
      owner: 'test',
      provider: throwing('provider'),
      secrets: { open: throwing('secrets'), renew: throwing('secrets') },
      queue: {
        send: perhaps('send'),
        heartbeat: perhaps('heartbeat'),
        giveBack: perhaps('giveBack'),
        deadLetter: perhaps('deadLetter'),
      },
    } as unknown as DeliveryDeps
    const handle = eventHandler({
      deliver: (message, remainingMs) => deliver(message, { remainingMs }, deps),
      concurrency: 1 + random.below(10),
      log: silentLog,
    })
    const bodies = Array.from({ length: random.below(11) }, () =>
      random.pick([JSON.stringify(jobRequest()), ...poison, JSON.stringify(jobRequest({ nonsense: randomUUID() }))]),
    )
    const event = sqsEvent(bodies)
    for (const record of event.Records) if (random.chance(0.2)) Object.assign(record, { attributes: undefined })
    const answer = await handle(event, context(random.pick([0, 5, 60_000, -1])))
    expect(Object.keys(answer)).toEqual(['batchItemFailures'])
    const known = event.Records.map(({ messageId }) => messageId)
    const named = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
    expect(new Set(named).size).toBe(named.length)
    expect(named.filter((id) => !known.includes(id))).toEqual([])
    // Without a database no job is done: whatever asks for one comes again.
    const jobs = event.Records.filter(({ body }) => body.includes('"tenantId"')).map(({ messageId }) => messageId)
    expect(jobs.filter((id) => !named.includes(id))).toEqual([])
  })
  // A fake that lacks a part fails before the trouble that it is for.
  expect([...reached].toSorted()).toEqual(['alone', 'deadLetter', 'giveBack', 'heartbeat', 'statement insert'])
})

import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type Invoke, inProcess } from '../../src/local/event-source.ts'
import { createGate } from '../support/gate.ts'
import { openPostgresProxy } from '../support/postgres-proxy.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'
import { openWorkerProcess } from './worker-process.ts'

/*
 * A worker may end at any moment. After each, another one takes the job up, and the tables hold exactly what the
 * provider has: no row lost, none counted twice.
 */

const customers = 130
const pages = { batch_size: 20 }
const whole = { fetched: '130', created: '130', updated: '0', unchanged: '0', rejected: '0' }

async function openEnv() {
  // Slow enough that each page is committed by itself.
  const settings = { Stripe__EndpointRequestsPerSecond: '8' }
  const parts = await setup({ settings, sandbox: { customers, latencyMs: 15 } })
  const { query, sandbox } = parts
  return {
    ...parts,
    /** A worker whose way to Postgres can be broken; it has no queue, so that nothing of it is left when that way is. */
    async victim() {
      const proxy = await openPostgresProxy(parts.workerUrl)
      const worker = await parts.openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '' })
      return {
        proxy,
        handle: (request: object, remainingMs = 60_000) =>
          worker.handle(sqsEvent([JSON.stringify(request)]), context(remainingMs)),
      }
    },
    /** A lease ends with time; here at once. */
    leaseRunsOut: (jobId: string) =>
      query(`update sync_jobs set lease_until = now() - interval '1 second' where id = $1 and status = 'running'`, [
        jobId,
      ]),
    async expectTruth({ jobId, tenantId }: { readonly jobId: string; readonly tenantId: string }) {
      const job = await parts.job(jobId)
      expect(job).toMatchObject({
        status: 'completed',
        ...whole,
        attempt: 0,
        checkpoint: null,
        error: null,
        lease_owner: null,
        result: { status: 'completed', resources: { customers: { fetched: customers, created: customers } } },
        progress: { customers: { fetched: customers, created: customers, share: 1 } },
      })
      const rows = await query(
        'select raw from customers where tenant_id = $1 order by created_at desc, id collate "C" desc',
        [tenantId],
      )
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
      return job
    },
  }
}

const acknowledged = { batchItemFailures: [] }

test.each(['cut-before', 'cut-after'] as const)(
  'a worker that dies at any of its commits loses nothing and counts nothing twice (%s the server has it)',
  async (fate) => {
    const { handle, victim, leaseRunsOut, expectTruth } = await openEnv()
    for (let nth = 1; ; nth++) {
      const { proxy, ...dying } = await victim()
      const request = jobRequest({ additionalData: pages })
      const died = new Promise<'died'>((resolve) =>
        proxy.decide((word, n) => {
          if (word !== 'commit' || n !== nth) return 'pass'
          proxy.onCut(() => {
            proxy.kill()
            resolve('died')
          })
          return fate
        }),
      )
      const ending = await Promise.race([died, dying.handle(request).then(() => 'lived')])
      if (ending === 'lived') {
        await expectTruth(request)
        expect(nth - 1).toBeGreaterThan(3)
        return
      }
      await leaseRunsOut(request.jobId)
      expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
      await expectTruth(request)
    }
  },
)

test('a COMMIT whose answer is lost each time is counted once, by the same worker', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { victim, expectTruth } = await openEnv()
  const { proxy, handle } = await victim()
  proxy.decide((word) => (word === 'commit' ? 'cut-after' : 'pass'))
  const request = jobRequest({ additionalData: pages })
  expect(await handle(request)).toEqual(acknowledged)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 1, fence: '1' })
})

test('a COMMIT that the server ends only while the commit is tried again is found, by the same worker', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { victim, query, expectTruth } = await openEnv()
  await query(
    `create function commit_slowly() returns trigger language plpgsql as 'begin perform pg_sleep(0.7); return null; end'`,
  )
  await query(`create constraint trigger slow after update on sync_jobs deferrable initially deferred
    for each row when (new.commits = 1 and old.commits = 0) execute function commit_slowly()`)
  const { proxy, handle } = await victim()
  let cuts = 0
  let committing = false
  proxy.decide((word, _, statement) => {
    if (committing && word === 'commit' && cuts === 0) {
      cuts++
      return 'cut-during'
    }
    committing = statement.startsWith('update "sync_jobs"') || statement.includes('"commits" = ')
    return 'pass'
  })
  const request = jobRequest({ additionalData: pages })
  expect(await handle(request)).toEqual(acknowledged)
  expect(cuts).toBe(1)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 1, fence: '1' })
})

test('as many commits as were tried, with another checkpoint, are not this commit', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { handle, victim, query, leaseRunsOut, expectTruth } = await openEnv()
  const { proxy, ...shaken } = await victim()
  const request = jobRequest({ additionalData: pages })
  let counted: Promise<unknown> | undefined
  let isFrozen = false
  proxy.decide((word, nth) => {
    if (word === 'commit' && nth === 4) {
      // As an earlier try would, of more pages, that the server ends late.
      proxy.onCut(() => {
        counted = query('update sync_jobs set commits = commits + 1 where id = $1', [request.jobId])
      })
      return 'cut-before'
    }
    if (!counted || isFrozen) return 'pass'
    isFrozen = true
    void counted.then(() => setImmediate(proxy.thaw))
    return 'freeze'
  })
  await shaken.handle(request)
  expect(isFrozen).toBe(true)
  await leaseRunsOut(request.jobId)
  await handle([JSON.stringify(request)])
  await expectTruth(request)
})

test.each(['cut-before', 'cut-after'] as const)(
  'a connection that breaks at any one statement of a job costs nothing (%s the server has it)',
  async (fate) => {
    vi.spyOn(systemClock, 'random').mockReturnValue(0)
    const { handle, victim, leaseRunsOut, expectTruth } = await openEnv()
    for (let nth = 1; ; nth++) {
      const { proxy, ...shaken } = await victim()
      const request = jobRequest({ additionalData: { batch_size: 50 } })
      let statements = 0
      proxy.decide(() => (++statements === nth ? fate : 'pass'))
      await shaken.handle(request)
      // Where it could not go on by itself, a redelivery does.
      await leaseRunsOut(request.jobId)
      await handle([JSON.stringify(request)])
      await expectTruth(request)
      if (statements < nth) return expect(nth).toBeGreaterThan(10)
    }
  },
)

test('a pause whose answer is lost is a pause', async () => {
  const { handle, victim, expectTruth } = await openEnv()
  const { proxy, ...shaken } = await victim()
  let pausing = false
  proxy.decide((word, _, statement) => {
    if (pausing && word === 'commit') return 'cut-after'
    pausing = statement.includes('"hop" = ')
    return 'pass'
  })
  const request = jobRequest({ additionalData: { batch_size: 2 } })
  await shaken.handle(request, 150)
  await handle([JSON.stringify(request)])
  expect(await expectTruth(request)).toMatchObject({ hop: 1, deliveries: 2 })
})

test('connections that break at BEGIN again and again are replaced', async () => {
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const { victim, expectTruth } = await openEnv()
  const { proxy, handle } = await victim()
  proxy.decide((word, nth) => (word === 'begin' && nth <= 10 ? 'cut-before' : 'pass'))
  const request = jobRequest({ additionalData: pages })
  expect(await handle(request)).toEqual(acknowledged)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 1 })
})

type Victim = Awaited<ReturnType<Awaited<ReturnType<typeof openEnv>>['victim']>>

/** Starts the job and freezes the worker's connection at its third transaction. The answer comes once it is thawed. */
async function freezeInMidJob({ proxy, handle }: Victim, request: object) {
  const asleep = createGate()
  proxy.decide((word, nth) => {
    // The first is the account’s lease.
    if (word !== 'begin' || nth !== 4) return 'pass'
    asleep.open()
    return 'freeze'
  })
  const answer = handle(request)
  await asleep.passed
  return { answer }
}

test('a worker frozen past its lease is refused when it wakes, and overwrites nothing', async () => {
  const { handle, victim, sandbox, leaseRunsOut, job, query } = await openEnv()
  const frozen = await victim()
  const request = jobRequest({ additionalData: pages })
  const { answer: woken } = await freezeInMidJob(frozen, request)
  const committed = await job(request.jobId)
  expect(committed).toMatchObject({ status: 'running', commits: '2' })
  await leaseRunsOut(request.jobId)
  // What the frozen worker holds in its hands is old by now.
  for (const { id } of sandbox.expected('customers')) sandbox.update('customers', id, { description: 'newer' })
  sandbox.advance(5)
  expect(await handle([JSON.stringify(request)])).toEqual(acknowledged)
  const done = await job(request.jobId)
  expect(done).toMatchObject({ status: 'completed', fetched: '130', deliveries: 2 })
  frozen.proxy.thaw()
  // It sees that the job has ended, and has nothing to send again.
  expect(await woken).toEqual(acknowledged)
  expect(await job(request.jobId)).toEqual(done)
  const [rows] = await query(
    `select count(*)::int as all, count(*) filter (where description = 'newer')::int as newer from customers`,
  )
  expect(rows).toEqual({ all: customers, newer: customers - Number(committed?.fetched) })
})

test('a worker that wakes while another is at its job is refused too', async () => {
  const { handle, victim, sandbox, leaseRunsOut, expectTruth, job } = await openEnv()
  const frozen = await victim()
  const request = jobRequest({ additionalData: pages })
  const { answer: woken } = await freezeInMidJob(frozen, request)
  await leaseRunsOut(request.jobId)
  const held = createGate()
  sandbox.onRequest(() => held.passed)
  const rescue = handle([JSON.stringify(request)])
  const taken = await vi.waitUntil(async () => {
    const row = await job(request.jobId)
    return row?.fence === '2' && row
  })
  expect(taken).toMatchObject({ status: 'running', commits: '2' })
  frozen.proxy.thaw()
  await woken
  expect(await job(request.jobId)).toMatchObject({ fence: '2', commits: '2', fetched: taken.fetched })
  held.open()
  expect(await rescue).toEqual(acknowledged)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 2 })
})

test('a worker killed with SIGKILL is replaced within about its lease, without a word from it', async () => {
  const { queue, drain, worker, sandbox, environment, expectTruth } = await openEnv()
  const leaseSeconds = 2
  const child = await openWorkerProcess({ ...environment, Worker__LeaseSeconds: String(leaseSeconds) })
  let killed = 0
  let requests = 0
  sandbox.onRequest(({ path }) => {
    if (path !== '/v1/customers' || ++requests !== 4) return
    killed = performance.now()
    child.kill()
  })
  let resumed = 0
  const invoke: Invoke = (event, timeoutMs) => {
    if (killed === 0) return child.invoke(event, timeoutMs)
    resumed = performance.now()
    return inProcess(worker.handle)(event, timeoutMs)
  }
  const request = jobRequest({ additionalData: pages })
  await queue.send(JSON.stringify(request))
  await drain({ invoke, concurrency: 1 })
  const job = await expectTruth(request)
  expect(Number(job?.deliveries)).toBe(2)
  expect(resumed - killed).toBeLessThan(leaseSeconds * 1.25 * 1_000 + 1_500)
})

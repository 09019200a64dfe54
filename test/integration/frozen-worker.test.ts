import { expect, test } from 'vitest'
import { type Invoke, inProcess } from '../../src/local/event-source.ts'
import { countsTransactions } from '../support/faults.ts'
import { createGate } from '../support/gate.ts'
import { jobRequest } from '../support/setup.ts'
import { acknowledged, customers, openEnv, pages, type Victim } from './crash-env.ts'
import { openWorkerProcess } from './worker-process.ts'

/*
 * A worker that is frozen or killed: another one takes the job up, and the first overwrites nothing when it wakes.
 */

/** Starts the job and freezes the worker's connection at its third transaction. The answer comes once it is thawed. */
async function freezeInMidJob({ proxy, handle }: Victim, request: object) {
  const asleep = createGate()
  proxy.decide((word, nth) => {
    if (word !== 'begin' || nth !== 3) return 'pass'
    asleep.open()
    return 'freeze'
  })
  const answer = handle(request)
  await asleep.passed
  return { answer }
}

test('a worker frozen past its lease is refused when it wakes, and overwrites nothing', async () => {
  const { handle, victim, sandbox, leaseRunsOut, job, query } = await openEnv({ exempt: countsTransactions })
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
  const { handle, victim, sandbox, leaseRunsOut, expectTruth, job } = await openEnv({ exempt: countsTransactions })
  const frozen = await victim()
  const request = jobRequest({ additionalData: pages })
  const { answer: woken } = await freezeInMidJob(frozen, request)
  await leaseRunsOut(request.jobId)
  const held = createGate()
  sandbox.onRequest(() => held.passed)
  const rescue = handle([JSON.stringify(request)])
  await expect.poll(async () => (await job(request.jobId))?.fence).toBe('2')
  const taken = await job(request.jobId)
  expect(taken).toMatchObject({ status: 'running', commits: '2' })
  frozen.proxy.thaw()
  await woken
  expect(await job(request.jobId)).toMatchObject({ fence: '2', commits: '2', fetched: taken?.fetched })
  held.open()
  expect(await rescue).toEqual(acknowledged)
  expect(await expectTruth(request)).toMatchObject({ deliveries: 2 })
})

test('a worker killed with SIGKILL is replaced within about its lease, without a word from it', async () => {
  const { queue, drain, worker, sandbox, environment, expectTruth } = await openEnv({ exempt: countsTransactions })
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
  // By itself the queue hides a message for fifteen minutes. Most of the 15 s are for a busy machine.
  expect(resumed - killed).toBeLessThan(leaseSeconds * 1.25 * 1_000 + 15_000)
})

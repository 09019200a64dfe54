import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import type { Invoke } from '../../../src/local/event-source.ts'
import type { FailureRule } from '../../../src/sandbox/stripe/index.ts'
import { type LivingAccount, openAccount } from '../changing-account.ts'
import { disturb } from '../chaos/disturb.ts'
import { examineJob } from '../expected-job.ts'
import { compare, describe } from '../expected-rows.ts'
import { openRoom, type Room } from '../fault-env.ts'
import { runJob } from '../job.ts'
import { digestBystander, settleBystander } from '../other-tenant.ts'
import { openPostgresProxy } from '../postgres-proxy.ts'
import { openQueueProxy } from '../queue-proxy.ts'
import { inLanes, type Round } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import type { WorkerProcess } from '../worker.ts'

export const chaos: Scenario = {
  name: 'chaos',
  faults: ['F04', 'F14', 'F15', 'F26', 'F28', 'F34', 'F35', 'F50', 'F52', 'F53'],
  about:
    '5 to 10 % of the requests to the provider, of the calls to the queue and of all statements go wrong (of a commit of thirty statements four in five, or nearly all) while an account that changes is copied: full and incremental jobs, in one invocation or in many, by two workers',
  claim: 'every job completes and its copy is exact; nobody else’s row touched',
  rounds: { test: 3, ci: 15, full: 100 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const totals = {
      jobs: 0,
      'statements cut': 0,
      'calls to the queue spoiled': 0,
      'provider requests': 0,
      hops: 0,
      deliveries: 0,
      attempts: 0,
    }
    const stalls = await Promise.all(Array.from({ length: Math.min(3, rounds) }, openStall))
    try {
      await inLanes({ seed, rounds, lanes: stalls.length }, async (round) => {
        const stall = stalls[round.lane]
        if (!stall) return
        const { found, job, disturbed } = await copy(stall, round)
        totals.jobs++
        totals['statements cut'] += disturbed.postgres
        totals['calls to the queue spoiled'] += disturbed.queue
        totals['provider requests'] += Number(job.requests ?? 0)
        totals.hops += Number(job.hop ?? 0)
        totals.deliveries += Number(job.deliveries ?? 0)
        totals.attempts += Number(job.attempt ?? 0)
        problems.push(...found.map((one) => `round seed ${round.seed}: ${one}`))
        if (totals.jobs % 10 === 0) say(`${totals.jobs} jobs, ${totals['statements cut']} statements cut`)
      })
      for (const { room, untouched } of stalls) {
        if ((await digestBystander(room.query)) !== untouched) problems.push('rows of another tenant were touched')
        problems.push(...(await findSecrets(room)))
      }
    } finally {
      await Promise.all(stalls.map(({ close }) => close()))
    }
    return { rounds: totals.jobs, figures: totals, problems }
  },
}

/**
 * Too short for a whole copy of an account that answers so slowly, yet never too short for an item and its nested lists, on
 * a laden machine either.
 */
const hurried: { readonly timeoutMs: number; readonly slowness: readonly FailureRule[] } = {
  timeoutMs: 9_000,
  slowness: [{ kind: 'slow-headers', ms: 750 }],
}

interface Stall {
  readonly room: Room
  readonly account: LivingAccount
  readonly invoke: Invoke
  readonly disturb: (round: Round, slowness: readonly FailureRule[]) => ReturnType<typeof disturb>
  readonly untouched: string
  close(): Promise<void>
}

/** A room with two workers whose ways to everything can be disturbed, and a tenant that has been copied once. */
async function openStall(_: unknown, lane: number): Promise<Stall> {
  const sandbox = { customers: 25, seed: lane + 1, now: Math.floor(Date.now() / 1_000), latencyMs: 2, jitterMs: 10 }
  const settings = { Worker__BatchSize: '15', Worker__LeaseSeconds: '10', Worker__TimeoutMinutes: '0' }
  const room = await openRoom({ sandbox, settings })
  const postgres = await openPostgresProxy(room.url)
  const queue = await openQueueProxy(room.queue.endpoint)
  const ways = { ConnectionStrings__DefaultConnection: postgres.url, Queue__Endpoint: queue.endpoint }
  const invoke = takeTurns(room, () => room.openWorker(ways))
  const account = await openAccount(room)
  await runJob(room, invoke, { tenantId: account.tenantId })
  await settleBystander(room.query)
  const stop = room.sandbox.fail
  let calm: (() => void)[] = []
  const remembering = {
    fail: (rule: Parameters<typeof stop>[0]) => {
      const end = stop(rule)
      calm.push(end)
      return end
    },
  }
  return {
    room,
    account,
    invoke,
    untouched: await digestBystander(room.query),
    disturb({ random }, slowness) {
      for (const end of calm) end()
      calm = []
      const disturbed = disturb(
        { postgres, queue, sandbox: remembering },
        { random, rate: random.pick([0.05, 0.075, 0.1]) },
      )
      for (const rule of slowness) remembering.fail(rule)
      return disturbed
    },
    async close() {
      await room.close()
      await Promise.all([postgres.close(), queue.close()])
    },
  }
}

async function copy({ room, account, invoke, ...stall }: Stall, round: Round) {
  const kind = round.random.pick(['full', 'full', 'incremental'] as const)
  const counters = await account.change(round.random, kind === 'full' ? 'any' : 'announced')
  const timeoutMs = round.random.pick([900_000, 900_000, hurried.timeoutMs])
  const concurrency = round.random.pick([1, 2])
  const disturbed = stall.disturb(round, timeoutMs === hurried.timeoutMs ? hurried.slowness : [])
  const jobId = await runJob(room, invoke, {
    tenantId: account.tenantId,
    additionalData: { sync_type: kind },
    concurrency,
    timeoutMs,
  })
  const [job = {}] = await room.query(`select * from sync_jobs where id = $1`, [jobId])
  const exact = kind === 'full' && Number(job.hop) === 0 ? counters : undefined
  const found = [
    ...(await examineJob(room.query, jobId, exact)),
    ...describe(await compare(room.query, account.tenantId, account.truth())),
  ]
  const about = `${kind}, ${concurrency} at once, ${timeoutMs} ms`
  return { found: found.map((one) => `${about}: ${one}`), job, disturbed }
}

/** Workers that take turns; one that died is replaced. A message that is to come again comes soon, whatever the queue was told. */
function takeTurns({ queue, query }: Room, open: () => Promise<WorkerProcess>): Invoke {
  const free: WorkerProcess[] = []
  return async (event, timeoutMs) => {
    const idle = free.pop()
    const worker = idle && !idle.ended() ? idle : await open()
    const invocation = await worker.invoke(event, timeoutMs)
    if (worker.ended()) await query(`update sync_jobs set lease_until = now() where status = 'running'`)
    else free.push(worker)
    const done = invocation.kind === 'response' && Object(invocation.payload).batchItemFailures?.length === 0
    for (const { receiptHandle } of done ? [] : event.Records)
      await queue.client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle: receiptHandle, VisibilityTimeout: 1 }),
      )
    return invocation
  }
}

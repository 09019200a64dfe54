import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs'
import type { Invoke } from '../../../src/local/event-source.ts'
import { type ChangingAccount, openChangingAccount } from '../changing-account.ts'
import { disturb } from '../chaos/disturb.ts'
import { examineJob } from '../expected-job.ts'
import { compare, describe } from '../expected-rows.ts'
import { type FaultEnv, openWorldEnv } from '../fault-env.ts'
import { runJob } from '../job.ts'
import { digestOtherTenant, fillOtherTenant } from '../other-tenant.ts'
import { openPostgresProxy } from '../postgres-proxy.ts'
import { openQueueProxy } from '../queue-proxy.ts'
import { type Round, runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import type { WorkerProcess } from '../worker.ts'
import type { Fault, ProviderName } from '../worlds/world.ts'

export const chaos: Scenario = {
  name: 'chaos',
  faults: ['F04', 'F14', 'F15', 'F26', 'F28', 'F34', 'F35', 'F50', 'F52', 'F53'],
  about:
    '5 to 10 % of the requests to the provider, of the calls to the queue and of all statements go wrong (of a commit of thirty statements four in five, or nearly all) while an account that changes is copied: full and incremental jobs, in one invocation or in many, by two workers',
  claim: 'every job completes, its copy is exact, and no row of another tenant is touched',
  rounds: { test: 3, ci: 6, full: 100 },
  elsewhere: { test: 0, ci: 1, full: 30 },
  async run({ provider, seed, rounds, say }) {
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
    const lanes = await Promise.all(Array.from({ length: Math.min(3, rounds) }, (_, lane) => openLane(provider, lane)))
    try {
      await runRounds({ seed, rounds, lanes: lanes.length }, async (round) => {
        const lane = lanes[round.lane]
        if (!lane) return
        const { problems: seen, job, disturbed } = await copy(lane, round)
        totals.jobs++
        totals['statements cut'] += disturbed.postgres
        totals['calls to the queue spoiled'] += disturbed.queue
        totals['provider requests'] += Number(job.requests ?? 0)
        totals.hops += Number(job.hop ?? 0)
        totals.deliveries += Number(job.deliveries ?? 0)
        totals.attempts += Number(job.attempt ?? 0)
        problems.push(...seen.map((problem) => `round seed ${round.seed}: ${problem}`))
        if (totals.jobs % 10 === 0) say(`${totals.jobs} jobs, ${totals['statements cut']} statements cut`)
      })
      for (const { env, untouched } of lanes) {
        if ((await digestOtherTenant(env.query)) !== untouched) problems.push('rows of another tenant were touched')
        problems.push(...(await findSecrets(env)))
      }
    } finally {
      await Promise.all(lanes.map(({ close }) => close()))
    }
    return { rounds: totals.jobs, figures: totals, problems }
  },
}

/**
 * Too short for a whole copy of an account that answers so slowly, yet long enough for an item and its nested lists, even
 * on a busy machine.
 */
const shortInvocation: { readonly timeoutMs: number; readonly slowness: readonly Fault[] } = {
  timeoutMs: 9_000,
  slowness: [{ kind: 'slow-headers', ms: 750 }],
}

interface Lane {
  readonly env: FaultEnv
  readonly account: ChangingAccount
  readonly invoke: Invoke
  readonly disturb: (round: Round, slowness: readonly Fault[]) => ReturnType<typeof disturb>
  readonly untouched: string
  close(): Promise<void>
}

/** An environment whose connections to Postgres, the queue and the provider can be disturbed, and a tenant copied once. */
async function openLane(provider: ProviderName, lane: number): Promise<Lane> {
  const world = { customers: 25, seed: lane + 1, now: Math.floor(Date.now() / 1_000), latencyMs: 2, jitterMs: 10 }
  const settings = { Worker__BatchSize: '15', Worker__LeaseSeconds: '10', Worker__TimeoutMinutes: '0' }
  const env = await openWorldEnv(provider, { world, settings })
  const postgres = await openPostgresProxy(env.url)
  const queue = await openQueueProxy(env.queue.endpoint)
  const ways = { ConnectionStrings__DefaultConnection: postgres.url, Queue__Endpoint: queue.endpoint }
  const invoke = takeTurns(env, () => env.openWorker(ways))
  const account = await openChangingAccount(env)
  await runJob(env, invoke, { tenantId: account.tenantId })
  await fillOtherTenant(env.query)
  const { passing } = env.world
  let endings: (() => void)[] = []
  const recorded = {
    passing,
    fail: (fault: Fault) => {
      const end = env.world.fail(fault)
      endings.push(end)
      return end
    },
  }
  return {
    env,
    account,
    invoke,
    untouched: await digestOtherTenant(env.query),
    disturb({ random }, slowness) {
      for (const end of endings) end()
      endings = []
      const disturbed = disturb({ postgres, queue, world: recorded }, { random, rate: random.pick([0.05, 0.075, 0.1]) })
      for (const fault of slowness) recorded.fail(fault)
      return disturbed
    },
    async close() {
      await env.close()
      await Promise.all([postgres.close(), queue.close()])
    },
  }
}

async function copy({ env, account, invoke, disturb: disturbLane }: Lane, round: Round) {
  const kind = round.random.pick(['full', 'full', 'incremental'] as const)
  const counters = await account.change(round.random, kind === 'full' ? 'any' : 'announced')
  const timeoutMs = round.random.pick([900_000, 900_000, shortInvocation.timeoutMs])
  const concurrency = round.random.pick([1, 2])
  const disturbed = disturbLane(round, timeoutMs === shortInvocation.timeoutMs ? shortInvocation.slowness : [])
  const jobId = await runJob(env, invoke, {
    tenantId: account.tenantId,
    additionalData: { sync_type: kind },
    concurrency,
    timeoutMs,
  })
  const [job = {}] = await env.query(`select * from sync_jobs where id = $1`, [jobId])
  const exact = kind === 'full' && Number(job.hop) === 0 ? counters : undefined
  const problems = [
    ...(await examineJob(env.query, jobId, exact)),
    ...describe(await compare(env.query, account.tenantId, account.expected())),
  ]
  const about = `${kind}, ${concurrency} at once, ${timeoutMs} ms`
  return { problems: problems.map((problem) => `${about}: ${problem}`), job, disturbed }
}

/** Workers that take turns; a dead one is replaced. A message to be redelivered comes within a second, whatever its timeout. */
function takeTurns({ queue, query }: FaultEnv, open: () => Promise<WorkerProcess>): Invoke {
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

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { createRandom } from '../../support/random.ts'
import { saveExpectedRows } from '../expected-rows.ts'
import { type FaultEnv, openWorldEnv } from '../fault-env.ts'
import { openPostgresProxy, type PostgresProxy } from '../postgres-proxy.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import { shortLease } from '../short-lease.ts'
import { examineStale } from '../stale-rows.ts'
import type { WorkerProcess } from '../worker.ts'
import type { ProviderName } from '../worlds/world.ts'

const customers = 60
/** Of so many rounds, one freezes the worker between its last statement and COMMIT, where it holds locks. */
const oneAtCommitIn = 25

export const frozen: Scenario = {
  name: 'frozen',
  faults: ['F06'],
  about:
    'a worker is stopped (SIGSTOP) at a random moment or right before a COMMIT, its lease runs out, every object changes, another worker does the job, the first one wakes',
  claim: 'nothing the woken worker does changes a row',
  rounds: { test: 6, ci: 6, full: 500 },
  elsewhere: { test: 0, ci: 3, full: 60 },
  async run({ provider, seed, rounds, say }) {
    const problems: string[] = []
    const seen = { frozen: 0, 'of them with a commit open': 0, 'with the job unfinished': 0, 'stale rows': 0 }
    const enough = () => seen['with the job unfinished'] >= rounds
    const lanes = await Promise.all(Array.from({ length: Math.min(rounds, 12) }, (_, lane) => openLane(provider, lane)))
    try {
      await runRounds(
        { seed, rounds: rounds * 2, lanes: lanes.length, enough },
        async ({ at, random, seed: roundSeed, lane: number }) => {
          const lane = lanes[number]
          if (!lane) return
          const open = at % oneAtCommitIn === 0
          const { unfinished, problems: roundProblems, stale } = await freeze(lane, random, open)
          seen.frozen++
          if (open) seen['of them with a commit open']++
          if (unfinished) seen['with the job unfinished']++
          seen['stale rows'] += stale
          problems.push(...roundProblems.map((problem) => `round seed ${roundSeed}: ${problem}`))
          if (seen.frozen % 50 === 0) say(`${seen.frozen} frozen`)
        },
      )
      for (const { env } of lanes) problems.push(...(await findSecrets(env)))
    } finally {
      await Promise.all(lanes.map(({ close }) => close()))
    }
    return { rounds: seen['with the job unfinished'], figures: seen, problems }
  },
}

interface Lane {
  readonly env: FaultEnv
  readonly sleeper: WorkerProcess
  readonly other: WorkerProcess
  readonly proxy: PostgresProxy
  close(): Promise<void>
}

async function openLane(provider: ProviderName, lane: number): Promise<Lane> {
  const { settings } = shortLease
  const now = Math.floor(Date.now() / 1_000)
  const env = await openWorldEnv(provider, { world: { customers, seed: lane + 1, latencyMs: 10, now }, settings })
  const slow = env.world.atMost(12)
  const proxy = await openPostgresProxy(env.url)
  // Without a queue: what it does when it wakes is between it and the database.
  const sleeper = await env.openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '', ...slow })
  const other = await env.openWorker(slow)
  const close = async () => {
    await env.close()
    await proxy.close()
  }
  return { env, sleeper, other, proxy, close }
}

async function freeze(lane: Lane, random: ReturnType<typeof createRandom>, atCommit: boolean) {
  const { env, sleeper, other, proxy } = lane
  const { query, world } = env
  const { resource } = world.list
  const tenantId = randomUUID()
  const request = env.request(tenantId, { resources: [resource], batch_size: 10 })
  const asleep = new Promise<void>((resolve) => {
    proxy.decide((word, nth) => {
      if (!atCommit || word !== 'commit' || nth !== 2) return 'pass'
      sleeper.signal('SIGSTOP')
      resolve()
      return 'freeze'
    })
  })
  const woken = sleeper.invoke(eventOf(request), 120_000)
  if (atCommit) await asleep
  else {
    const claimed = 'select 1 from sync_jobs where id = $1'
    while ((await query(claimed, [request.jobId])).length === 0) await delay(5)
    await delay(random.below(400))
  }
  sleeper.signal('SIGSTOP')
  const unfinished = await outlive(env, request.jobId)
  world.changeList(random)
  world.advance(5)
  const expected = await saveExpectedRows(query, world, [resource])
  await env.queue.send(JSON.stringify(unfinished ? request : env.request(tenantId, { resources: [resource] })))
  const source = env.deliver(other.invoke)
  await source.idle()
  await source.close()
  const whole = `select md5(string_agg(stored::text, '|' order by id)) as rows, (select to_jsonb(jobs) from sync_jobs as jobs where id = $2) as job
    from ${resource} as stored where tenant_id = $1`
  const before = JSON.stringify(await query(whole, [tenantId, request.jobId]))
  sleeper.signal('SIGCONT')
  proxy.thaw()
  await woken
  const after = JSON.stringify(await query(whole, [tenantId, request.jobId]))
  const seen = await examineStale(query, { tenantId, table: resource, expected, now: world.now(), unfinished })
  const problems = [
    ...seen.problems,
    ...(before === after ? [] : [`the woken worker changed something: ${before} → ${after}`]),
  ]
  return { unfinished, problems, stale: seen.stale }
}

/** Waits until the job's lease has run out; false where the job had ended before. */
async function outlive({ query }: FaultEnv, jobId: string): Promise<boolean> {
  for (;;) {
    const [job] = await query<{ over: boolean }>(
      `select lease_until < now() as over from sync_jobs where id = $1 and status = 'running'`,
      [jobId],
    )
    if (!job || job.over) return job !== undefined
    await delay(50)
  }
}

function eventOf(request: object) {
  const attributes = { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()), SenderId: 'faults' }
  return {
    Records: [
      {
        messageId: randomUUID(),
        receiptHandle: 'none',
        body: JSON.stringify(request),
        attributes: { ...attributes, ApproximateFirstReceiveTimestamp: attributes.SentTimestamp },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:billing-sync',
        awsRegion: 'eu-central-1',
      },
    ],
  }
}

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { createRandom } from '../../support/random.ts'
import { saveExpectedRows } from '../expected-rows.ts'
import { runRounds } from '../rounds.ts'
import { findSecrets } from '../secrets.ts'
import { shortLease } from '../short-lease.ts'
import { examineStale } from '../stale-rows.ts'
import { type ContainerEnv, openContainerEnv } from './container-env.ts'
import type { TransportScenario } from './transport-scenario.ts'

const customers = 60

export const frozen: TransportScenario = {
  name: 'frozen',
  faults: ['F06', 'F65'],
  about:
    'the container that works is stopped (SIGSTOP) at a random moment, its lease runs out, every object changes, the job is sent again, another container does it, the first one wakes',
  claim: 'nothing the woken container does changes a row; nothing is left',
  rounds: { test: 1, ci: 2, full: 4 },
  async run({ transport, seed, rounds }) {
    const problems: string[] = []
    const seen = { frozen: 0, 'with the job unfinished': 0, 'stale rows': 0 }
    const now = Math.floor(Date.now() / 1_000)
    const settings = { ...shortLease.settings, Stripe__EndpointRequestsPerSecond: '6' }
    const envs = await Promise.all(
      Array.from({ length: Math.min(rounds, 2) }, (_, lane) =>
        openContainerEnv(transport, { sandbox: { customers, seed: lane + 1, latencyMs: 10, now }, settings }),
      ),
    )
    try {
      await Promise.all(envs.flatMap((env) => [env.startContainer(), env.startContainer()]))
      const enough = () => seen['with the job unfinished'] >= rounds
      await runRounds(
        { seed, rounds: rounds * 2, lanes: envs.length, enough },
        async ({ random, seed: roundSeed, lane }) => {
          const env = envs[lane]
          if (!env) return
          const { unfinished, problems: roundProblems, stale } = await freeze(env, random)
          seen.frozen++
          if (unfinished) seen['with the job unfinished']++
          seen['stale rows'] += stale
          problems.push(...roundProblems.map((problem) => `round seed ${roundSeed}: ${problem}`))
        },
      )
      for (const env of envs) {
        await env.emptied()
        problems.push(...(await findSecrets(env)))
      }
    } finally {
      await Promise.all(envs.map((env) => env.close()))
    }
    return { rounds: seen['with the job unfinished'], figures: seen, problems }
  },
}

async function freeze(env: ContainerEnv, random: ReturnType<typeof createRandom>) {
  const { query, world } = env
  const tenantId = randomUUID()
  const request = env.request(tenantId, { resources: ['customers'], batch_size: 10 })
  await env.send(request)
  const sleeper = await env.holderOf(request.jobId)
  await delay(random.below(400))
  sleeper?.signal('SIGSTOP')
  const unfinished = await outlive(env, request.jobId)
  world.changeList(random)
  world.advance(5)
  const expected = await saveExpectedRows(query, world, ['customers'])
  const last = unfinished ? request : env.request(tenantId, { resources: ['customers'] })
  await env.send(last)
  await env.ended(last.jobId)
  const whole = `select md5(string_agg(stored::text, '|' order by id)) as rows, (select to_jsonb(jobs) from sync_jobs as jobs where id = $2) as job
    from customers as stored where tenant_id = $1`
  const before = JSON.stringify(await query(whole, [tenantId, request.jobId]))
  sleeper?.signal('SIGCONT')
  // It does what it likes, and then ends: all that it began is over.
  await delay(1_000)
  const code = await sleeper?.end('SIGTERM')
  const after = JSON.stringify(await query(whole, [tenantId, request.jobId]))
  await env.startContainer()
  await env.emptied()
  const seen = await examineStale(query, { tenantId, table: 'customers', expected, now: world.now(), unfinished })
  const problems = [
    ...seen.problems,
    ...(before === after ? [] : [`the woken container changed something: ${before} → ${after}`]),
    ...(sleeper === undefined || code === 0 ? [] : [`the woken container ended with ${code}`]),
  ]
  return { unfinished, problems, stale: seen.stale }
}

/** Waits until the job's lease has run out; false where the job had ended, or another container has it already. */
async function outlive({ query }: ContainerEnv, jobId: string): Promise<boolean> {
  for (;;) {
    const [job] = await query<{ over: boolean; fence: number; status: string }>(
      `select lease_until < now() as over, fence::int, status from sync_jobs where id = $1`,
      [jobId],
    )
    if (!job || !['running', 'paused', 'retrying'].includes(job.status) || job.fence > 1) return false
    if (job.status !== 'running' || job.over) return true
    await delay(20)
  }
}

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { ContainerProcess } from '../../queue/spawn-container.ts'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import { runRounds } from '../rounds.ts'
import { findSecrets } from '../secrets.ts'
import { percentile, sorted } from '../statistics.ts'
import { type ContainerEnv, openContainerEnv } from './container-env.ts'
import type { TransportScenario } from './transport-scenario.ts'

const customers = 120

export const term: TransportScenario = {
  name: 'term',
  faults: ['F07', 'F65'],
  about:
    'two containers on one queue; SIGTERM to the one that works, at a random moment of a job; every third time while the provider has fallen silent',
  claim:
    'the container ends with 0 within 10 s, its lease released; the other one ends the job exactly; nothing is left',
  rounds: { test: 1, ci: 3, full: 3 },
  async run({ transport, seed, rounds }) {
    const problems: string[] = []
    const tooSlow: string[] = []
    const exits: number[] = []
    const taken: number[] = []
    let unconfirmedExits = 0
    const settings = { Stripe__EndpointRequestsPerSecond: '6', Worker__LeaseSeconds: '10' }
    const sandbox = { customers, latencyMs: 20 }
    const envs = await Promise.all(
      Array.from({ length: Math.min(rounds, 2) }, () => openContainerEnv(transport, { sandbox, settings })),
    )
    try {
      const pairs = await Promise.all(envs.map(openPair))
      await runRounds({ seed, rounds, lanes: envs.length }, async ({ at, random, seed: roundSeed, lane }) => {
        const pair = pairs[lane]
        if (!pair) return
        const ending = { silent: at % 3 === 2, after: 300 + random.below(1_500) }
        const { exitMs, takenMs, unconfirmed, problems: seen } = await terminate(pair, ending)
        exits.push(exitMs)
        if (exitMs > 10_000)
          tooSlow.push(`round seed ${roundSeed}: the container ended ${Math.round(exitMs)} ms after SIGTERM`)
        if (takenMs !== undefined) taken.push(takenMs)
        if (unconfirmed) unconfirmedExits++
        problems.push(...seen.map((problem) => `round seed ${roundSeed}: ${problem}`))
      })
      for (const env of envs) {
        await env.emptied()
        problems.push(...(await findSecrets(env)))
      }
    } finally {
      await Promise.all(envs.map((env) => env.close()))
    }
    const [exitMs, takenMs] = [sorted(exits), sorted(taken)]
    const figures = {
      'SIGTERM → exit, p50 ms': Math.round(percentile(exitMs, 0.5)),
      'longest exit ms': Math.round(exitMs.at(-1) ?? 0),
      'SIGTERM → taken up, p50 ms': Math.round(percentile(takenMs, 0.5)),
      'longest taken up ms': Math.round(takenMs.at(-1) ?? 0),
      'ended before the queue had confirmed all': unconfirmedExits,
      'not taken up, since the job had ended': rounds - taken.length,
    }
    return { rounds, figures, problems, tooSlow }
  },
}

interface Pair {
  readonly env: ContainerEnv
  readonly expected: Awaited<ReturnType<typeof saveExpectedRows>>
}

async function openPair(env: ContainerEnv): Promise<Pair> {
  await Promise.all([env.startContainer(), env.startContainer()])
  return { env, expected: await saveExpectedRows(env.query, env.world, ['customers']) }
}

interface Ending {
  /** Whether the provider stops answering before the signal comes. */
  readonly silent: boolean
  readonly after: number
}

async function terminate({ env, expected }: Pair, { silent, after }: Ending) {
  const tenantId = randomUUID()
  const request = env.request(tenantId, { resources: ['customers'], batch_size: 10 })
  await env.send(request)
  await env.holderOf(request.jobId)
  await delay(after)
  const speak = silent ? env.world.sandbox.fail({ kind: 'hang', path: '/v1/customers' }) : () => {}
  if (silent) await delay(200)
  const holder = await env.holderOf(request.jobId)
  const began = performance.now()
  const taking = holder ? takenUp(env, request.jobId, holder) : undefined
  const exiting = holder?.end('SIGTERM')
  // The container that takes the job up is answered.
  speak()
  const code = await exiting
  const exitMs = performance.now() - began
  const takenMs = (await taking)?.at
  const replacement = holder ? env.startContainer() : undefined
  await env.ended(request.jobId)
  await replacement
  return {
    exitMs: holder ? exitMs : 0,
    takenMs: takenMs === undefined ? undefined : takenMs - began,
    unconfirmed: holder?.logs().includes('the worker stops before all is confirmed') ?? false,
    problems: [
      ...(holder === undefined || code === 0 ? [] : [`the container ended with ${code}`]),
      ...(await examineJob(env.query, request.jobId, allNew(customers))),
      ...describe(await compare(env.query, tenantId, expected)),
    ],
  }
}

/** When another container has the lease. Undefined if the job ends before. */
async function takenUp(env: ContainerEnv, jobId: string, holder: ContainerProcess) {
  for (;;) {
    const other = await env.holderOf(jobId)
    if (other === undefined) return undefined
    if (other !== holder) return { at: performance.now() }
    await delay(5)
  }
}

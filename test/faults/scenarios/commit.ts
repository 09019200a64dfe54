import { randomUUID } from 'node:crypto'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, countOf, describe, saveExpectedRows } from '../expected-rows.ts'
import { openWorldEnv } from '../fault-env.ts'
import { runJob } from '../job.ts'
import { watchOtherTenant } from '../other-tenant.ts'
import { openPostgresProxy } from '../postgres-proxy.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'
import type { ProviderName } from '../worlds/world.ts'

const customers = 150

export const commit: Scenario = {
  name: 'commit',
  faults: ['F14', 'F15'],
  about:
    'the connection breaks at COMMIT, before the server has it or when it has done it; every second commit of a job',
  claim: 'no page lost, none counted twice',
  rounds: { test: 20, ci: 50, full: 1_000 },
  elsewhere: { test: 0, ci: 20, full: 300 },
  async run({ provider, seed, rounds, say }) {
    const problems: string[] = []
    const cuts = { 'cut-before': 0, 'cut-after': 0 }
    let jobs = 0
    const all = () => cuts['cut-before'] + cuts['cut-after']
    const lanes = await Promise.all(
      Array.from({ length: rounds < 50 ? 2 : 6 }, (_, lane) => openPointEnv(provider, lane)),
    )
    try {
      await runRounds({ seed, rounds, lanes: lanes.length, enough: () => all() >= rounds }, async (round) => {
        const pointEnv = lanes[round.lane]
        if (!pointEnv) return
        const { env, worker, proxy, expected, additionalData } = pointEnv
        proxy.decide((word) => {
          if (word !== 'commit' || !round.random.chance(0.5)) return 'pass'
          const fate = round.random.chance(0.5) ? 'cut-before' : 'cut-after'
          cuts[fate]++
          return fate
        })
        const tenantId = randomUUID()
        const jobId = await runJob(env, worker.invoke, { tenantId, additionalData })
        const seen = [
          ...(await examineJob(env.query, jobId, allNew(countOf(expected)))),
          ...describe(await compare(env.query, tenantId, expected)),
        ]
        problems.push(...seen.map((problem) => `round seed ${round.seed}: ${problem}`))
        if (++jobs % 50 === 0) say(`${all()} cuts, ${jobs} jobs`)
      })
      for (const { env, touched } of lanes) problems.push(...(await touched()), ...(await findSecrets(env)))
    } finally {
      await Promise.all(lanes.map(({ close }) => close()))
    }
    const figures = { 'cut before COMMIT': cuts['cut-before'], 'cut after COMMIT': cuts['cut-after'], jobs }
    return { rounds: all(), figures, problems }
  },
}

/** An environment, and a worker whose way to the database can be cut. */
async function openPointEnv(provider: ProviderName, lane: number) {
  const env = await openWorldEnv(provider, { world: { customers, seed: lane + 1, latencyMs: 5, jitterMs: 40 } })
  const { resource } = env.world.list
  const additionalData = { resources: [resource], batch_size: 10 }
  const proxy = await openPostgresProxy(env.url)
  const worker = await env.openWorker({ ConnectionStrings__DefaultConnection: proxy.url, ...env.world.atMost(25) })
  await runJob(env, worker.invoke, { tenantId: randomUUID(), additionalData })
  return {
    env,
    worker,
    proxy,
    additionalData,
    expected: await saveExpectedRows(env.query, env.world, [resource]),
    touched: await watchOtherTenant(env.query),
    async close() {
      await env.close()
      await proxy.close()
    },
  }
}

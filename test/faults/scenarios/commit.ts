import { randomUUID } from 'node:crypto'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, describe, writeTruth } from '../expected-rows.ts'
import { openRoom } from '../fault-env.ts'
import { runJob } from '../job.ts'
import { watchBystander } from '../other-tenant.ts'
import { openPostgresProxy } from '../postgres-proxy.ts'
import { inLanes } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'

const customers = 150
const scope = ['customers'] as const
const additionalData = { resources: scope, batch_size: 10 }

export const commit: Scenario = {
  name: 'commit',
  faults: ['F14', 'F15'],
  about:
    'the connection breaks at COMMIT, before the server has it or when it has done it; every second commit of a job',
  claim: 'no page lost, none counted twice',
  rounds: { test: 20, ci: 150, full: 1_000 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const cuts = { 'cut-before': 0, 'cut-after': 0 }
    let jobs = 0
    const all = () => cuts['cut-before'] + cuts['cut-after']
    const booths = await Promise.all(Array.from({ length: rounds < 50 ? 2 : 6 }, openBooth))
    try {
      await inLanes({ seed, rounds, lanes: booths.length, enough: () => all() >= rounds }, async (round) => {
        const booth = booths[round.lane]
        if (!booth) return
        const { room, worker, proxy, truth } = booth
        proxy.decide((word) => {
          if (word !== 'commit' || !round.random.chance(0.5)) return 'pass'
          const fate = round.random.chance(0.5) ? 'cut-before' : 'cut-after'
          cuts[fate]++
          return fate
        })
        const tenantId = randomUUID()
        const jobId = await runJob(room, worker.invoke, { tenantId, additionalData })
        const found = [
          ...(await examineJob(room.query, jobId, allNew(customers))),
          ...describe(await compare(room.query, tenantId, truth, scope)),
        ]
        problems.push(...found.map((one) => `round seed ${round.seed}: ${one}`))
        if (++jobs % 50 === 0) say(`${all()} cuts, ${jobs} jobs`)
      })
      for (const { room, touched } of booths) problems.push(...(await touched()), ...(await findSecrets(room)))
    } finally {
      await Promise.all(booths.map(({ close }) => close()))
    }
    const figures = { 'cut before COMMIT': cuts['cut-before'], 'cut after COMMIT': cuts['cut-after'], jobs }
    return { rounds: all(), figures, problems }
  },
}

/** A room, and a worker whose way to the database can be cut. */
async function openBooth(_: unknown, lane: number) {
  const settings = { Stripe__EndpointRequestsPerSecond: '25' }
  const room = await openRoom({ sandbox: { customers, seed: lane + 1, latencyMs: 5, jitterMs: 40 }, settings })
  const proxy = await openPostgresProxy(room.url)
  const worker = await room.openWorker({ ConnectionStrings__DefaultConnection: proxy.url })
  await runJob(room, worker.invoke, { tenantId: randomUUID(), additionalData })
  return {
    room,
    worker,
    proxy,
    truth: await writeTruth(room.query, room.sandbox, scope),
    touched: await watchBystander(room.query),
    async close() {
      await room.close()
      await proxy.close()
    },
  }
}

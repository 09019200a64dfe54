import { statSync } from 'node:fs'
import type { Bench } from '../bench.ts'
import { workerBundle } from '../build.ts'
import type { Result, Scenario } from '../result.ts'
import { shown, spread } from '../statistics.ts'
import { runWholeProcess } from '../whole-process.ts'

const mostMs = 250
const mostKilobytes = 650

export const coldStart: Scenario = {
  name: 'start',
  about: 'A fresh process: how long until its first request to Stripe is there, and how large the bundle is.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const times = bench.pick({ full: 15, quick: 7, smoke: 1 })
    const starts = []
    for (let round = 0; round < times; round++) starts.push(await startOnce(bench))
    const fromProcess = spread(starts.map((start) => start.requestedAt - start.spawnedAt))
    const fromCall = spread(starts.map((start) => start.requestedAt - start.loadedAt))
    const kilobytes = statSync(workerBundle).size / 1_000
    return {
      findings: [
        {
          what: 'from the process’s start to its first request, ms',
          measured: shown(fromProcess),
          target: `≤ ${mostMs}`,
          reached: fromProcess.median <= mostMs,
        },
        {
          what: 'from the handler’s call to its first request, ms (bundle loaded; connects, claims the job)',
          measured: shown(fromCall),
          target: `≤ ${mostMs}`,
          reached: fromCall.median <= mostMs,
        },
        {
          what: 'handler.cjs, KB',
          measured: kilobytes.toFixed(0),
          target: `≤ ${mostKilobytes}`,
          reached: kilobytes <= mostKilobytes,
        },
      ],
      problems: starts.some(({ requestedAt }) => Number.isNaN(requestedAt)) ? ['start: a process made no request'] : [],
    }
  },
}

async function startOnce(bench: Bench) {
  const server = await bench.server({ '/v1/customers': { count: 100, density: 'growth' } })
  await server.reset({ latencyMs: 0, accountPerSecond: null, endpointPerSecond: null })
  const database = await bench.postgres.freshDatabase('worker')
  const limits = { accountPerSecond: 100, endpointPerSecond: 100 }
  const { spawnedAt, loadedAt } = await runWholeProcess({ server, database, resources: ['customers'] }, limits)
  const [first] = await server.seen()
  await database.drop()
  return { spawnedAt, loadedAt, requestedAt: first?.arrivedAt ?? Number.NaN }
}

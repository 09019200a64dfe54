import { perMillion } from '../measure.ts'
import type { Result, Scenario } from '../result.ts'
import { shown, spread } from '../statistics.ts'
import { runWorker } from './single.ts'

export const cpu: Scenario = {
  name: 'cpu',
  about: 'CPU time of the worker, of Postgres and of the server beside them, at 100 and at 25 requests/s and 50 ms.',
  modes: ['full', 'quick'],
  async run(bench): Promise<Result> {
    const count = bench.pick({ full: 100_000, quick: 10_000, smoke: 1_000 })
    const conditions = { latencyMs: 50, accountPerSecond: 100, endpointPerSecond: 100 }
    const list = { count, density: 'growth' } as const
    const { good, problems } = await runWorker(bench, list, conditions)
    const slow = await runWorker(bench, list, { ...conditions, accountPerSecond: 25, endpointPerSecond: 25 })
    const slowClient = spread(slow.good.map((run) => perMillion(run.cpuMs, run)))
    const client = spread(good.map((run) => perMillion(run.cpuMs, run)))
    const untargeted = { target: '', reached: null }
    const account = `${count.toLocaleString('en')} customers: CPU-s per million`
    return {
      findings: [
        { what: `${account}, worker`, measured: shown(client), target: '≤ 40', reached: client.median <= 40 },
        {
          what: `${account}, worker, at 25 requests/s`,
          measured: shown(slowClient),
          target: '≤ 45',
          reached: slowClient.median <= 45,
        },
        {
          what: `${account}, Postgres`,
          measured: shown(spread(good.map((run) => perMillion(run.postgresCpuMs, run)))),
          ...untargeted,
        },
        {
          what: `${account}, the server itself`,
          measured: shown(spread(good.map((run) => perMillion(run.serverCpuMs, run)))),
          ...untargeted,
        },
      ],
      problems: [...problems, ...slow.problems],
    }
  },
}

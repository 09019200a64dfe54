import type { Result, Scenario } from '../result.ts'
import { shown, spread } from '../statistics.ts'
import { runWorker } from './single.ts'

/** Requests that come before the chain and cannot be avoided, or between: to find that second, and its first page's end. */
const finding = 6

export const second: Scenario = {
  name: 'second',
  about: 'Objects in one second can only be read one page after the other: nothing else may take longer than that.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const count = bench.pick({ full: 100_000, quick: 10_000, smoke: 2_000 })
    const together = count / 10
    const latencyMs = bench.pick({ full: 200, quick: 200, smoke: 20 })
    const conditions = { latencyMs, accountPerSecond: 100, endpointPerSecond: 100 }
    const { good, problems } = await runWorker(bench, { count, density: 'second', together }, conditions)
    const seconds = spread(good.map(({ wallMs }) => wallMs / 1_000))
    const pages = together / 100
    const forced = (pages * latencyMs) / 1_000
    const most = ((pages + finding) * latencyMs) / 1_000
    return {
      findings: [
        {
          what: `${together.toLocaleString('en')} of ${count.toLocaleString('en')} customers in one second, ${latencyMs} ms: seconds`,
          measured: `${shown(seconds, 1)}; the chain of ${pages} pages alone takes ${forced.toFixed(1)}`,
          target: `≤ ${most.toFixed(1)}: the chain and ${finding} requests to find it`,
          reached: seconds.median <= most,
        },
      ],
      problems,
    }
  },
}

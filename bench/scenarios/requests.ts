import type { Sized } from '../mode.ts'
import type { Finding, Result, Scenario } from '../result.ts'
import type { Density } from '../server/density.ts'
import { shown, spread } from '../statistics.ts'
import { runWorker } from './single.ts'

const conditions = { latencyMs: 200, accountPerSecond: 100, endpointPerSecond: 100 }

const cases: readonly {
  readonly what: string
  readonly density: Density
  readonly sizes: Sized
  readonly most: number
}[] = [
  {
    what: 'growing over five years',
    density: 'growth',
    sizes: { full: 100_000, quick: 10_000, smoke: 2_000 },
    most: 1.04,
  },
  { what: '90 % in a day', density: 'day', sizes: { full: 100_000, quick: 10_000, smoke: 2_000 }, most: 1.12 },
  {
    what: 'a tenth in one second',
    density: 'second',
    sizes: { full: 100_000, quick: 10_000, smoke: 2_000 },
    most: 1.06,
  },
  { what: 'growing', density: 'growth', sizes: { full: 1_000, quick: 1_000, smoke: 1_000 }, most: 1.6 },
  { what: 'growing', density: 'growth', sizes: { full: 100, quick: 100, smoke: 100 }, most: 1 },
]

export const requests: Scenario = {
  name: 'requests',
  about: 'Requests over the minimum of one a page, by how the objects are spread; 100 requests/s, 200 ms.',
  modes: ['full', 'quick'],
  async run(bench): Promise<Result> {
    const findings: Finding[] = []
    const problems: string[] = []
    for (const { what, density, sizes, most } of cases) {
      const count = bench.pick(sizes)
      const list = { count, density, together: count / 10 }
      const { good, problems: workerProblems } = await runWorker(bench, list, conditions, Math.min(3, bench.rounds))
      problems.push(...workerProblems)
      const over = spread(good.map((run) => run.requests / run.fewest))
      findings.push({
        what: `${count.toLocaleString('en')} customers, ${what}: requests over the minimum`,
        measured: shown(over, 3),
        target: `≤ ${most.toFixed(2)}`,
        reached: over.median <= most,
      })
    }
    return { findings, problems }
  },
}

import { perSecond } from '../measure.ts'
import type { Result, Scenario } from '../result.ts'
import { spread } from '../statistics.ts'
import { runWorker } from './single.ts'

const megabytes = 140
/** How much more the last quarter may hold than the second. */
const growth = 1.15

export const million: Scenario = {
  name: 'million',
  about: 'A million customers, once: the memory it takes and whether it grows.',
  modes: ['full'],
  async run(bench): Promise<Result> {
    const count = bench.pick({ full: 1_000_000, quick: 50_000, smoke: 2_000 })
    const conditions = { latencyMs: 200, accountPerSecond: 100, endpointPerSecond: 100 }
    const { good, problems } = await runWorker(bench, { count, density: 'growth' }, conditions, 1)
    const [run] = good
    if (!run) return { findings: [], problems }
    const quarter = Math.floor(run.rssMb.length / 4)
    const early = spread(run.rssMb.slice(quarter, 2 * quarter)).median
    const late = spread(run.rssMb.slice(3 * quarter)).median
    const account = `${count.toLocaleString('en')} customers`
    return {
      findings: [
        {
          what: `${account}: peak RSS, MB`,
          measured: run.peakRssMb.toFixed(0),
          target: `≤ ${megabytes}`,
          reached: run.peakRssMb <= megabytes,
        },
        {
          what: `${account}: RSS of the second and the last quarter, MB`,
          measured: `${early.toFixed(0)} and ${late.toFixed(0)}`,
          target: `at most ${Math.round((growth - 1) * 100)} % more`,
          reached: late <= early * growth,
        },
        {
          what: `${account}: objects/s`,
          measured: Math.round(perSecond(run)).toLocaleString('en'),
          target: '',
          reached: null,
        },
      ],
      problems,
    }
  },
}

import type { Run } from '../measure.ts'
import type { Result, Scenario } from '../result.ts'
import { shown, spread } from '../statistics.ts'
import { runWorker } from './single.ts'

/** Answers that may be waited for between the pages of that second. */
const between = 6

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
    const runs = good.map((run) => ({ wallMs: run.wallMs, reachedMs: reachedAfterMs(run) }))
    const reached = spread(runs.map(({ reachedMs }) => reachedMs / 1_000))
    const chain = spread(runs.map(({ wallMs, reachedMs }) => (wallMs - reachedMs) / 1_000))
    const pages = together / 100
    const forced = (pages * latencyMs) / 1_000
    const most = ((pages + between) * latencyMs) / 1_000
    const what = `${together.toLocaleString('en')} of ${count.toLocaleString('en')} customers in one second, ${latencyMs} ms`
    return {
      findings: [
        {
          what: `${what}: seconds from reaching that second to the end`,
          measured: `${shown(chain, 1)}; the chain of its ${pages} pages takes ${forced.toFixed(1)}`,
          target: `≤ ${most.toFixed(1)}: the chain and ${between} requests`,
          reached: chain.median <= most,
        },
        {
          what: `${what}: seconds until it is reached, which nobody can know before`,
          measured: shown(reached, 1),
          target: '',
          reached: null,
        },
        {
          what: `${what}: seconds in all`,
          measured: shown(spread(runs.map(({ wallMs }) => wallMs / 1_000)), 1),
          target: '',
          reached: null,
        },
      ],
      problems,
    }
  },
}

/** When the first page was asked for that reaches the second with the most pages. */
function reachedAfterMs({ seen, startedAt }: Run): number {
  const pages = new Map<number, number>()
  for (const { oldest } of seen) if (oldest !== undefined) pages.set(oldest, (pages.get(oldest) ?? 0) + 1)
  const [crowded] = [...pages].toSorted(([, left], [, right]) => right - left)[0] ?? []
  return Math.min(...seen.filter(({ oldest }) => oldest === crowded).map(({ arrivedAt }) => arrivedAt)) - startedAt
}

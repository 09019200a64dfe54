import { worker } from '../contestants/index.ts'
import { type Run, runOnce } from '../measure.ts'
import type { Result, Scenario } from '../result.ts'
import type { Seen } from '../server/protocol.ts'
import { shown, spread } from '../statistics.ts'
import { described } from './single.ts'

/** Lists of about the same length; the other defaults are empty. */
const paths = [
  '/v1/customers',
  '/v1/charges',
  '/v1/payment_intents',
  '/v1/refunds',
  '/v1/balance_transactions',
  '/v1/payouts',
]
const conditions = { latencyMs: 200, accountPerSecond: 100, endpointPerSecond: 25 }
const ceiling = conditions.accountPerSecond * 100
const share = 0.95

export const all: Scenario = {
  name: 'all',
  about: 'All default resources at once, 100 requests/s an account and 25 an endpoint.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const count = bench.pick({ full: 50_000, quick: 4_000, smoke: 300 })
    const lists = Object.fromEntries(
      paths.map((path, at) => [path, { count: count + at * Math.floor(count / 50), density: 'growth' as const }]),
    )
    const server = await bench.server(lists)
    const runs: Run[] = []
    for (let round = 0; round < bench.rounds; round++) {
      const run = await runOnce({ contestant: worker, server, resources: null }, bench.postgres, conditions)
      bench.say(described(run))
      runs.push(run)
    }
    const good = runs.filter(({ problem }) => problem === null)
    const busy = spread(good.map(({ seen }) => whileBusy(seen)))
    const limited = spread(good.map((run) => run.limited))
    const account = `six lists of ${count.toLocaleString('en')} and twelve empty ones, 200 ms`
    return {
      findings: [
        {
          what: `${account}: objects/s while four or more have work`,
          measured: `${shown(busy)}, ${((busy.median / ceiling) * 100).toFixed(1)} % of ${ceiling.toLocaleString('en')}`,
          target: `≥ ${share * 100} %`,
          reached: busy.median >= share * ceiling,
        },
        { what: `${account}: answers 429`, measured: shown(limited), target: '0', reached: limited.max === 0 },
      ],
      problems: runs.flatMap(({ problem }) => problem ?? []),
    }
  },
}

/** Objects a second, as the server saw them, until the fourth-last of its lists was read to the end. */
export function whileBusy(seen: readonly Seen[]): number {
  const lastAt = new Map<string, number>()
  for (const { endpoint, items, answeredAt } of seen)
    if (items > 0) lastAt.set(endpoint, Math.max(lastAt.get(endpoint) ?? 0, answeredAt))
  const until = [...lastAt.values()].toSorted((left, right) => right - left)[3] ?? Number.NaN
  const from = Math.min(...seen.map(({ arrivedAt }) => arrivedAt))
  const objects = seen.reduce((sum, { items, answeredAt }) => sum + (answeredAt <= until ? items : 0), 0)
  return (objects / (until - from)) * 1_000
}

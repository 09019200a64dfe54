import type { Bench } from '../bench.ts'
import { type Contestant, contestants } from '../contestants/index.ts'
import { perSecond, type Run, runOnce } from '../measure.ts'
import { costTable, habitTable, speedTable } from '../report/peer-tables.ts'
import type { Result, Scenario, Series, Table } from '../result.ts'
import { spread } from '../statistics.ts'
import { type Habits, observeHabits } from './footprint.ts'
import { described } from './single.ts'

const accountPerSecond = 100

/** The runs of one contestant at one latency. */
export interface Entry {
  readonly contestant: Contestant
  readonly latencyMs: number
  readonly runs: Run[]
}

export const peers: Scenario = {
  name: 'peers',
  about: 'This worker, three packages from npm and the straightforward designs, in turn, 100 requests/s.',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const latencies = bench.pick<number[]>({ full: [0, 50, 200], quick: [0, 50, 200], smoke: [] })
    const count = bench.pick({ full: 5_000, quick: 1_000, smoke: 200 })
    const entries = await takeTurns(bench, latencies, count)
    const habits: Habits[] = []
    for (const contestant of contestants.filter(({ habitsOf }) => habitsOf === undefined))
      habits.push(await observeHabits(bench, contestant, bench.pick({ full: 2_000, quick: 500, smoke: 200 })))
    const problems = [
      ...entries.flatMap(({ contestant, runs }) =>
        runs.flatMap(({ problem }) => (problem ? `${contestant.label}: ${problem}` : [])),
      ),
      ...habits.flatMap(({ contestant, problem }) => (problem ? `${contestant.label}: ${problem}` : [])),
    ]
    const slowest = entries.filter(({ latencyMs }) => latencyMs === latencies.at(-1))
    const tables: Table[] = [
      ...latencies.map((latencyMs) =>
        speedTable(
          `${count.toLocaleString('en')} customers, ${latencyMs} ms, ${accountPerSecond} requests/s`,
          entries.filter((entry) => entry.latencyMs === latencyMs),
          accountPerSecond * 100,
        ),
      ),
      habitTable(habits),
      ...(slowest.length > 0 ? [costTable(slowest, latencies.at(-1) ?? 0)] : []),
    ]
    return { findings: [], tables, series: seriesOf(entries), problems }
  },
}

/** One after the other, and everybody once before anybody twice. */
async function takeTurns(bench: Bench, latencies: readonly number[], count: number): Promise<readonly Entry[]> {
  const server = await bench.server({ '/v1/customers': { count, density: 'growth' } })
  const entries = latencies.flatMap((latencyMs) =>
    contestants.map((contestant): Entry => ({ contestant, latencyMs, runs: [] })),
  )
  for (let round = 0; round < bench.rounds; round++)
    for (const { contestant, latencyMs, runs } of entries) {
      const conditions = { latencyMs, accountPerSecond, endpointPerSecond: accountPerSecond }
      const run = await runOnce({ contestant, server }, bench.postgres, conditions)
      bench.say(`${contestant.name}, ${latencyMs} ms: ${described(run)}`)
      runs.push(run)
    }
  return entries
}

function seriesOf(entries: readonly Entry[]): readonly Series[] {
  return contestants.map(({ name, label }) => ({
    label,
    points: entries
      .filter(({ contestant, runs }) => contestant.name === name && runs.every(({ problem }) => problem === null))
      .map(({ latencyMs, runs }) => ({ latencyMs, perSecond: spread(runs.map(perSecond)).median })),
  }))
}

import { formula, lambdaCost, memorySizes } from '../lambda-cost.ts'
import { perMillion, perSecond, type Run } from '../measure.ts'
import type { Table } from '../result.ts'
import type { Habits } from '../scenarios/footprint.ts'
import type { Entry } from '../scenarios/peers.ts'
import { shown, spread } from '../statistics.ts'

/** Speed and what it costs, a row a contestant. One that lost rows has no speed. */
export function speedTable(title: string, entries: readonly Entry[], ceiling: number): Table {
  const columns = [
    'contestant',
    'objects/s',
    'of the ceiling',
    'requests over the minimum',
    '429s',
    'client CPU-s per million',
    'Postgres CPU-s per million',
    'peak RSS, MB',
  ]
  const rows = entries.map(({ contestant, runs }) => {
    const problem = runs.find((run) => run.problem !== null)?.problem
    if (problem) return [contestant.label, firstLine(problem), ...columns.slice(2).map(() => '–')]
    const figureOf = (figure: (run: Run) => number, digits = 0) => shown(spread(runs.map(figure)), digits)
    return [
      contestant.label,
      figureOf(perSecond),
      `${((spread(runs.map(perSecond)).median / ceiling) * 100).toFixed(0)} %`,
      figureOf((run) => run.requests / run.fewest, 2),
      figureOf((run) => run.limited),
      figureOf((run) => perMillion(run.cpuMs, run)),
      figureOf((run) => perMillion(run.postgresCpuMs, run)),
      figureOf((run) => run.peakRssMb),
    ]
  })
  return { title, columns, rows }
}

/** What needs no clock: statements, rewrites, newest versions. */
export function habitTable(habits: readonly Habits[]): Table {
  return {
    title: 'Statements, and what a second run of unchanged objects writes',
    columns: [
      'contestant',
      'SQL statements a page',
      'requests of the second run',
      'rows it rewrites',
      'their WAL, bytes',
      'rows in other tables',
      'complete and newest',
    ],
    rows: habits.map(({ contestant, pages, statements, again, againRequests, problem }) => [
      contestant.label,
      statements ? (statements.all / pages).toFixed(1) : '–',
      String(againRequests),
      again.rows.toLocaleString('en'),
      again.rowWalBytes.toLocaleString('en'),
      again.otherRows.toLocaleString('en'),
      problem ? firstLine(problem) : 'yes',
    ]),
  }
}

/** What a million objects cost on Lambda at these runs' speed. */
export function costTable(entries: readonly Entry[], latencyMs: number): Table {
  return {
    title: `A million objects on Lambda at ${latencyMs} ms (${formula})`,
    columns: ['contestant', ...memorySizes.map((size) => `${size.toLocaleString('en')} MB: GB-s, requests`)],
    rows: entries.map(({ contestant, runs }) => {
      if (runs.some(({ problem }) => problem)) return [contestant.label, ...memorySizes.map(() => '–')]
      const wall = spread(runs.map((run) => perMillion(run.wallMs, run))).median
      const cpu = spread(runs.map((run) => perMillion(run.cpuMs, run))).median
      return [
        contestant.label,
        ...memorySizes.map((size) => {
          const { gigabyteSeconds, invocations } = lambdaCost(wall, cpu, size)
          return `${Math.round(gigabyteSeconds).toLocaleString('en')}, ${invocations}`
        }),
      ]
    }),
  }
}

const firstLine = (text: string) => (text.split('\n')[0] ?? '').slice(0, 120)

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mode } from '../mode.ts'
import type { Scenario, Series, Table } from '../result.ts'
import { chart } from './chart.ts'
import { mark } from './print.ts'
import { type Shelf, type Stored, storedOf } from './records.ts'

const home = join(import.meta.dirname, '..')
/** The report of a full run on the embedded Postgres is kept in the repository, any other below `.data`. */
const places: Readonly<Record<Mode, string>> = {
  full: home,
  quick: join(home, '.data', 'quick'),
  smoke: join(home, '.data', 'smoke'),
}

/**
 * Writes results.md with the last result of each scenario and, if latencies were compared, results.svg; for another
 * Postgres `.data/reports/results-postgres-15.md`. Returns the report's path.
 */
export function writeReport(shelf: Shelf, scenarios: readonly Scenario[], machine: readonly string[]): string {
  const { mode, label } = shelf
  const all = storedOf(shelf)
  const name = ['results', ...(label ? [label] : [])].join('-')
  const ordered = scenarios.flatMap(({ name }) => all.find((stored) => stored.name === name) ?? [])
  const series = ordered.flatMap(({ result }) => result.series ?? []).filter(({ points }) => points.length > 0)
  const folder = label ? join(home, '.data', 'reports') : places[mode]
  mkdirSync(folder, { recursive: true })
  const report = join(folder, `${name}.md`)
  writeFileSync(report, markdown(ordered, machine, { series, chart: `${name}.svg` }))
  if (series.length > 0) writeFileSync(join(folder, `${name}.svg`), chart(series))
  return report
}

interface Charted {
  readonly series: readonly Series[]
  /** The name of its file. */
  readonly chart: string
}

function markdown(stored: readonly Stored[], machine: readonly string[], { series, chart }: Charted): string {
  return [
    '# Results',
    '',
    'Written by `npm run bench` (see README.md). Medians, with the least and the most in parentheses. A copy that was not',
    'complete has no figures.',
    '',
    ...machine.map((line) => `- ${line}`),
    '',
    ...(series.length > 0 ? [`![Objects a second by latency](${chart})`, ''] : []),
    '## Targets',
    '',
    ...table({
      title: '',
      columns: ['', 'scenario', 'what', 'measured', 'target'],
      rows: stored.flatMap(({ name, result }) =>
        result.findings.map(({ what, measured, target, reached }) => [mark(reached), name, what, measured, target]),
      ),
    }),
    '',
    '✓ reached, ✗ missed, · no target',
    '',
    ...stored.flatMap(({ result }) =>
      (result.tables ?? []).flatMap((item) => [`## ${item.title}`, '', ...table(item), '']),
    ),
    '## Runs',
    '',
    ...table({
      title: '',
      columns: ['scenario', 'what is run', 'rounds', 'commit', 'measured at'],
      rows: stored.map(({ name, about, rounds, commit, measuredAt }) => [
        name,
        about,
        String(rounds),
        commit,
        measuredAt,
      ]),
    }),
    '',
    ...problems(stored),
  ].join('\n')
}

function problems(stored: readonly Stored[]): readonly string[] {
  const all = stored.flatMap(({ name, result }) =>
    result.problems.map((problem) => `- ${name}: ${problem.split('\n')[0]}`),
  )
  return all.length > 0 ? ['## Incomplete or failed', '', ...all, ''] : []
}

function table({ columns, rows }: Table): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)]
}

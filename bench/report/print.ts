import type { Mode } from '../mode.ts'
import type { Result, Scenario, Table } from '../result.ts'

/** A scenario's result for a terminal. A smoke run's sizes say nothing of speed, so of it only what is incomplete is shown. */
export function print(mode: Mode, { name }: Scenario, { findings, tables = [], problems }: Result): void {
  for (const problem of problems) console.log(`${name}: ! ${problem}`)
  if (mode === 'smoke') console.log(`${name}: ${problems.length === 0 ? 'complete' : 'NOT complete'}`)
  else printFigures(name, findings, tables)
}

function printFigures(name: string, findings: Result['findings'], tables: readonly Table[]): void {
  console.log(`\n${name}`)
  for (const { what, measured, target, reached } of findings)
    console.log(`  ${mark(reached)} ${what}: ${measured}${target && `   (target ${target})`}`)
  for (const table of tables) printTable(table)
}

/** What stands for reached, missed and no target. */
export function mark(reached: boolean | null): string {
  return reached === null ? '·' : reached ? '✓' : '✗'
}

function printTable({ title, columns, rows }: Table): void {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd()
  console.log(`\n  ${title}`)
  console.log(line(columns))
  for (const row of rows) console.log(line(row))
}

import { readFileSync } from 'node:fs'
import * as z from 'zod'

/*
 * Figures in documents. `docs/figures.json` has each figure with its commit, its date and the row of its source. A document
 * quotes a figure by a comment before the number, which GitHub does not show: <!-- figure: peak-memory -->138 MB.
 */

const figureSchema = z.strictObject({
  value: z.number(),
  /** Decimal places that documents show. */
  decimals: z.int().optional(),
  unit: z.string(),
  /** The commit that was measured, and when. */
  commit: z.string().regex(/^[0-9a-f]{7,40}$/),
  date: z.iso.date(),
  /** A file with the measurement, and a text that only its row contains. */
  source: z.string(),
  row: z.string(),
  /** The heading above the row and the column of the number, where several tables have such a row. */
  section: z.string().optional(),
  column: z.string().optional(),
  /** The value is the percentage of the row's number of this ceiling. */
  ofCeiling: z.number().optional(),
})
const figures = z.record(z.string(), figureSchema)
type Figure = z.infer<typeof figureSchema>

export const readFigures = () => figures.parse(JSON.parse(readFileSync('docs/figures.json', 'utf8')))

const quote = /<!-- figure: ([\w-]+) -->([\d,]+(?:\.\d+)?)?([^|<]*)/g

/** The document with each quoted number as `docs/figures.json` has it. */
export function withFigures(document: string, known = readFigures()): string {
  return document.replace(quote, (whole, name: string, number: string | undefined, rest: string) => {
    const figure = known[name]
    return figure && number !== undefined ? `<!-- figure: ${name} -->${shown(figure)}${rest}` : whole
  })
}

/** What is wrong with the quotes of a document, a sentence each. */
export function quoteProblems(path: string, document: string, known = readFigures()): string[] {
  const problems: string[] = []
  for (const [, name = '', number = '', rest = ''] of document.matchAll(quote)) {
    const figure = known[name]
    if (!figure) problems.push(`${path}: the figure ${name} is not in docs/figures.json`)
    else if (number !== shown(figure))
      problems.push(`${path}: ${name} is ${shown(figure)} in docs/figures.json, found ${number}`)
    else if (figure.unit === '%' && !rest.startsWith(' %')) problems.push(`${path}: ${name} is a percentage`)
  }
  for (const cell of measuredCells(document)) {
    const unmarked = cell.replace(quote, (_, _name, _number, rest: string) => rest).replace(/\bno 429\b/g, '')
    const number = /\d[\d,.]*/.exec(unmarked)?.[0]
    if (number) problems.push(`${path}: ${number} of "${cell.trim()}" is no figure of docs/figures.json`)
  }
  return problems
}

/** What is wrong with the figures themselves: each is in a single row of its source. */
export function figureProblems(known = readFigures()): string[] {
  return Object.entries(known).flatMap(([name, figure]) => {
    const lines = linesUnder(readFileSync(figure.source, 'utf8'), figure.section)
    const rows = lines.filter((line) => line.includes(figure.row))
    const [row = ''] = rows
    if (rows.length !== 1)
      return [`docs/figures.json: ${name}: ${rows.length} rows of ${figure.source} contain "${figure.row}"`]
    const cells =
      figure.column === undefined
        ? row.slice(row.indexOf(figure.row) + figure.row.length)
        : cellOf(lines, row, figure.column)
    const numbers = cells.match(/\d[\d,]*(?:\.\d+)?/g) ?? []
    const measured = numbers.map((text) => Number(text.replaceAll(',', '')))
    const values = measured.map((number) => (figure.ofCeiling ? (number / figure.ofCeiling) * 100 : number))
    return values.some((value) => value.toFixed(figure.decimals ?? 0) === figure.value.toFixed(figure.decimals ?? 0))
      ? []
      : [`docs/figures.json: ${name} is ${shown(figure)}, and ${figure.source} says ${numbers.join(', ')}`]
  })
}

/** The lines under a heading of the second level; all lines without one. */
function linesUnder(document: string, section: string | undefined): readonly string[] {
  if (section === undefined) return document.split('\n')
  const text = document.split('\n## ').find((candidate) => candidate.startsWith(`${section}\n`))
  return text?.split('\n') ?? []
}

/** The cell of a row in the column of that name. Empty if there is no such column. */
function cellOf(lines: readonly string[], row: string, column: string): string {
  const header = lines.find((line) => line.startsWith('|'))?.split('|') ?? []
  return row.split('|')[header.findIndex((cell) => cell.trim() === column)] ?? ''
}

function shown({ value, decimals = 0 }: Figure): string {
  return value.toLocaleString('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** The cells of each table's column `measured`. */
function measuredCells(document: string): string[] {
  const cells: string[] = []
  let column: number | undefined
  for (const line of document.split('\n')) {
    const row = line.startsWith('|') ? line.slice(1).split('|') : []
    if (row.length === 0) column = undefined
    else if (column === undefined) column = row.findIndex((cell) => cell.trim() === 'measured')
    else if (!/^\s*-+\s*$/.test(row[column] ?? '')) cells.push(row[column] ?? '')
  }
  return cells
}

import { wrap } from './wrap.ts'

interface Layout {
  /** Characters of a value before it is cut. */
  readonly widest?: number
  /** Characters of a line that errors are wrapped to; null: they are not wrapped. */
  readonly line?: number | null
  /** Columns whose values end below each other, such as amounts. */
  readonly right?: readonly string[]
}

/** Rows as aligned columns, a header over them. Long values are cut, but errors are wrapped. Null is a middle dot. */
export function formatTable(
  rows: readonly Readonly<Record<string, unknown>>[],
  { widest = 44, line = 100, right = [] }: Layout = {},
): string {
  const names = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) =>
    names.map((name) => {
      const text = clean(format(row[name]))
      return isError(name, row[name])
        ? wrap(text, line === null ? null : Math.max(widest, line - 40))
        : [cut(text, widest)]
    }),
  )
  const widths = names.map((name, at) =>
    Math.max(name.length, ...cells.flatMap((row) => (row[at] ?? []).map((text) => [...text].length))),
  )
  const join = (values: readonly string[]) =>
    `  ${values.map((value, at) => pad(value, widths[at] ?? 0, right.includes(names[at] ?? ''))).join('  ')}`.trimEnd()
  return [
    join(names),
    join(widths.map((width) => '─'.repeat(width))),
    ...cells.flatMap((row) => {
      const height = Math.max(1, ...row.map((lines) => lines.length))
      return Array.from({ length: height }, (_, at) => join(row.map((lines) => lines[at] ?? '')))
    }),
  ].join('\n')
}

/** One row, its columns below each other. Nothing is cut; `line` wraps. */
export function formatRow(row: Readonly<Record<string, unknown>>, line: number | null = 120): string {
  const width = Math.max(...Object.keys(row).map((name) => name.length))
  return Object.entries(row)
    .map(([name, value]) => {
      const lines = wrap(clean(format(value)), line === null ? null : Math.max(40, line - width - 4))
      return `  ${name.padEnd(width)}  ${lines.join(`\n  ${' '.repeat(width)}  `)}`
    })
    .join('\n')
}

export function format(value: unknown): string {
  if (value === null || value === undefined) return '·'
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('.000Z', 'Z')
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Whether `formatTable` cuts the value. */
export function isCut(name: string, value: unknown, widest = 44): boolean {
  return !isError(name, value) && [...clean(format(value))].length > widest
}

/** A sentence that says what is wrong is of no use if it is cut. */
function isError(name: string, value: unknown): boolean {
  if (/error|message|reason|problem|skipped|note/i.test(name)) return true
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value
}

/** What a terminal obeys instead of showing it: anybody may call themselves so. Control characters, and turns of direction. */
const orders = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

const clean = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll(orders, '\ufffd')

function cut(text: string, widest: number): string {
  const characters = [...text]
  return characters.length <= widest ? text : `${characters.slice(0, widest - 1).join('')}…`
}

function pad(text: string, width: number, isRight: boolean): string {
  const spaces = ' '.repeat(Math.max(0, width - [...text].length))
  return isRight ? spaces + text : text + spaces
}

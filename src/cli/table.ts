/** Rows as aligned columns for a terminal, a header over them. Long values are cut; null is a middle dot. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[], widest = 44): string {
  const names = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => names.map((name) => cut(format(row[name]), widest)))
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((row) => [...(row[at] ?? '')].length)))
  const line = (values: readonly string[]) =>
    `  ${values.map((value, at) => pad(value, widths[at] ?? 0)).join('  ')}`.trimEnd()
  return [line(names), line(widths.map((width) => '─'.repeat(width))), ...cells.map(line)].join('\n')
}

/** One row, a line for each of its columns. */
export function formatRow(row: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(row).map((name) => name.length))
  return Object.entries(row)
    .map(([name, value]) => `  ${name.padEnd(width)}  ${cut(format(value), 110)}`)
    .join('\n')
}

export function format(value: unknown): string {
  if (value === null || value === undefined) return '·'
  if (value instanceof Date) return value.toISOString().replace('T', ' ').replace('.000Z', 'Z')
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What a terminal obeys instead of showing it: anybody may call themselves so. Control characters, and turns of direction. */
const orders = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

function cut(text: string, widest: number): string {
  const characters = [...text.replaceAll(/\s+/g, ' ').replaceAll(orders, '\ufffd')]
  return characters.length <= widest ? characters.join('') : `${characters.slice(0, widest - 1).join('')}…`
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - [...text].length))

import type { StampedRow } from './stamped-row.ts'

/** Keeps the newest row of each key: Postgres fails with 21000 if a statement writes a key twice. */
export function newestPerKey(rows: readonly StampedRow[], keyed: readonly string[]): StampedRow[] {
  const keyOfRow = ({ row }: StampedRow) =>
    keyed.length === 1 ? row.id : JSON.stringify(keyed.map((column) => row[column]))
  const newest = new Map<string, StampedRow>()
  for (const row of rows) {
    const key = keyOfRow(row)
    const other = newest.get(key)
    const winner = !other || other.observedAt <= row.observedAt ? row : other
    const listed = row.row.inline === false || other?.row.inline === false
    newest.set(key, listed && winner.row.inline ? { ...winner, row: { ...winner.row, inline: false } } : winner)
  }
  return [...newest.values()]
}

/**
 * Rows in the order of their keys, byte by byte, as `order by key collate "C"` has them. Writers that lock rows in this order
 * never wait for each other in a circle, whichever statements they split them into. Rows of one key stay in their order.
 */
export function inKeyOrder<Row extends StampedRow>(rows: readonly Row[], keyed: readonly string[]): readonly Row[] {
  const keys = new Map(rows.map((row) => [row, keyed.map((column) => row.row[column]).join('\0')]))
  const keyOfRow = (row: Row) => keys.get(row) ?? ''
  return rows.toSorted((left, right) => {
    const [before, after] = [keyOfRow(left), keyOfRow(right)]
    return before < after ? -1 : before > after ? 1 : 0
  })
}

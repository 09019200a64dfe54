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

import { type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { StampedRow } from './stamped-row.ts'

interface ColumnOfInput {
  /** Its name in code. */
  readonly key: string
  readonly name: SQLWrapper
}

/** Columns that say who, when and how. An embedded item never makes a listed row inline again. */
const notOfContent = new Set(['id', 'observedAt', 'deletedAt', 'inline'])

/**
 * Whether the row `old` has other values in its columns than `input`. False without a look where every column of the rows
 * follows from their payloads, which are compared anyway.
 */
export function haveOtherColumns(rows: readonly StampedRow[], columns: readonly ColumnOfInput[]): SQL {
  if (!rows.some(({ extended }) => extended)) return sql`false`
  const names = columns.filter(({ key }) => !notOfContent.has(key)).map(({ name }) => name)
  const values = (side: 'old' | 'input') =>
    sql.join(
      names.map((name) => sql`${sql.identifier(side)}.${name}`),
      sql`, `,
    )
  return sql`row(${values('old')}) is distinct from row(${values('input')})`
}

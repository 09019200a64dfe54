import { type SQL, sql } from 'drizzle-orm'
import type { Places } from '../json/raw-json.ts'

/** Reads a column out of the payload `raw`: the value at the first of these paths that has one, as the column's type. */
export function read(paths: Places[string], type: string): SQL {
  if (type === 'jsonb') return sql`nullif(${first(paths, '->', '#>')}, 'null')`
  const text = first(paths, '->>', '#>>')
  if (type === 'text') return text
  if (type.startsWith('timestamp')) return sql`to_timestamp((${text})::float8)`
  // By way of numeric: 3.0 and 3e0 are whole numbers, too.
  if (type === 'bigint') return sql`(${text})::numeric::bigint`
  return sql`(${text})::${sql.raw(type)}`
}

function first(paths: Places[string], name: '->' | '->>', path: '#>' | '#>>'): SQL {
  const found = paths.map((names) =>
    names.length === 1 ? sql`raw ${sql.raw(name)} ${literal(names)}` : sql`raw ${sql.raw(path)} ${literal(names)}`,
  )
  return found.length === 1 ? sql.join(found) : sql`coalesce(${sql.join(found, sql`, `)})`
}

/** A name, or the path made of several. They are the code's own, never a provider's. */
function literal(names: readonly string[]): SQL {
  if (!names.every((name) => /^\w+$/.test(name))) throw new Error(`places: odd name in ${names.join('.')}`)
  return sql.raw(names.length === 1 ? `'${names[0]}'` : `'{${names.join()}}'`)
}

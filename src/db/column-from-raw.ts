import { type SQL, sql } from 'drizzle-orm'
import type { JsonPaths } from '../json/value.ts'

/** A column read from the item `raw`: the value at the first of these paths that has one, as the column's type. Null without a path. */
export function columnFromRaw(paths: JsonPaths[string], type: string): SQL {
  if (paths.length === 0) return sql`null::${sql.raw(type)}`
  if (type === 'jsonb') return sql`nullif(${first(paths, '->', '#>')}, 'null')`
  const text = first(paths, '->>', '#>>')
  if (type === 'text') return text
  if (type.startsWith('timestamp')) return sql`to_timestamp((${text})::float8)`
  // By way of numeric: 3.0 and 3e0 are whole numbers, too.
  if (type === 'bigint') return sql`(${text})::numeric::bigint`
  return sql`(${text})::${sql.raw(type)}`
}

function first(paths: JsonPaths[string], name: '->' | '->>', path: '#>' | '#>>'): SQL {
  const values = paths.map((names) =>
    names.length === 1 ? sql`raw ${sql.raw(name)} ${literal(names)}` : sql`raw ${sql.raw(path)} ${literal(names)}`,
  )
  return values.length === 1 ? sql.join(values) : sql`coalesce(${sql.join(values, sql`, `)})`
}

/** A name, or the path made of several. Names come from mappings, never from an answer. */
function literal(names: readonly string[]): SQL {
  if (!names.every((name) => /^\w+$/.test(name)))
    throw new Error(`paths: a name has other characters than letters, digits and _: ${names.join('.')}`)
  return sql.raw(names.length === 1 ? `'${names[0]}'` : `'{${names.join()}}'`)
}

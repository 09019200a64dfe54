import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import { tookTooLong } from './errors.ts'
import { guarded } from './guarded.ts'
import { isLive, liveRows, type ResourceTable } from './live.ts'
import type { Database } from './tenant.ts'

/* Rows that only the items of other resources show, and that none of these shows any more. */

/** A resource whose rows name rows of another one, by their ids in a column. */
export interface Naming extends ResourceTable {
  /** By its name in code. */
  readonly column: string
}

interface Unshown extends AccountKey {
  readonly resource: ResourceTable
  readonly namings: readonly Naming[]
  /** When the forced job began. It has written all that items show, so that a row from before was not shown. */
  readonly began: Date
  /** The second from which on a row counts, by its creation, or else by the time at which an item showed it. */
  readonly since: number
  /** Time of the lists that do not show the rows. */
  readonly observedAt: Date
  /** Absent: `lookedAtOnce`. */
  readonly portion?: typeof lookedAtOnce
}

/** Rows that one statement looks at, and the fewest where so many take longer than a statement may. */
export const lookedAtOnce = { most: 50_000, fewest: 500 }
/** Rows whose names are looked for at once, and rows that one statement marks. */
const [searchedAtOnce, markedAtOnce] = [10_000, 1_000]

export interface Marked {
  readonly marked: number
  /** False if even the fewest rows took longer than a statement may. Some rows were not looked at. */
  readonly isComplete: boolean
}

/**
 * Marks the rows as deleted that a forced job has not written and that no live row names. Their `observed_at` becomes that
 * of 1970: an item may show them again that is older than the one which showed them last. Each statement looks at a portion
 * of the rows, and at fewer once it has taken too long. Live writes of the account must wait meanwhile.
 */
export async function markUnshown(tx: Database, unshown: Unshown): Promise<Marked> {
  let marked = 0
  let found: readonly string[] = []
  const markFound = async () => {
    if (found.length === 0) return
    const ids = await unnamed(tx, found, unshown)
    for (let at = 0; at < ids.length; at += markedAtOnce)
      marked += await mark(tx, ids.slice(at, at + markedAtOnce), unshown)
    found = []
  }
  try {
    for await (const ids of unwritten(tx, unshown)) {
      found = [...found, ...ids]
      if (found.length >= searchedAtOnce) await markFound()
    }
    await markFound()
    return { marked, isComplete: true }
  } catch (error) {
    if (!tookTooLong(error)) throw error
    return { marked, isComplete: false }
  }
}

/** The rows that the forced job has not written, in portions. */
function unwritten(tx: Database, { resource, began, since, portion, ...account }: Unshown) {
  const isUnwritten = sql`row.synced_at < ${began.toISOString()}::timestamptz
    and coalesce(row.created_at, row.observed_at) >= ${new Date(since * 1_000).toISOString()}::timestamptz`
  return portionsOf(tx, sql`row.id as found, ${isUnwritten} as is_found ${liveRows(resource, account)}`, portion)
}

/** Those of the ids that no live row names. */
async function unnamed(tx: Database, ids: readonly string[], { namings, portion, ...account }: Unshown) {
  const left = new Set(ids)
  for (const { column, ...resource } of namings) {
    if (left.size === 0) break
    const named = sql`row.${columnOf(resource.table, column)}`
    // `is true` makes Postgres hash the ids, whatever is known of the tables.
    const isFound = sql`(${named} in (select jsonb_array_elements_text(${JSON.stringify([...left])}::jsonb))) is true`
    const portions = portionsOf(
      tx,
      sql`${named} as found, ${isFound} as is_found ${liveRows(resource, account)}`,
      portion,
    )
    for await (const naming of portions) for (const id of naming) left.delete(id)
  }
  return [...left]
}

/** What is found in rows, in portions, in the order of their keys. `rows`: `… as found, … as is_found from … as row where …`. */
async function* portionsOf(
  tx: Database,
  rows: SQL,
  { most, fewest }: typeof lookedAtOnce = lookedAtOnce,
): AsyncGenerator<readonly string[], void, void> {
  let limit = most
  for (let after = ''; ; ) {
    const statement = sql`
      select max(row.id) as last, coalesce(jsonb_agg(distinct row.found) filter (where row.is_found), '[]') as found
      from (select row.id, ${rows} and row.id > ${after} order by row.id limit ${limit}) as row`
    try {
      const { rows: answers } = await guarded(tx, () =>
        tx.execute<{ last: string | null; found: readonly string[] }>(statement),
      )
      const [answer] = answers
      if (!answer || answer.last === null) return
      if (answer.found.length > 0) yield answer.found
      after = answer.last
    } catch (error) {
      if (!tookTooLong(error) || limit <= fewest) throw error
      limit = Math.max(fewest, Math.floor(limit / 10))
    }
  }
}

/** Where so many rows take too long, half of them are marked at once. */
async function mark(tx: Database, ids: readonly string[], unshown: Unshown): Promise<number> {
  try {
    return await guarded(tx, () => update(tx, ids, unshown))
  } catch (error) {
    const { fewest } = unshown.portion ?? lookedAtOnce
    if (!tookTooLong(error) || ids.length <= fewest) throw error
    const half = Math.ceil(ids.length / 2)
    return (await mark(tx, ids.slice(0, half), unshown)) + (await mark(tx, ids.slice(half), unshown))
  }
}

/** Another transaction may have changed the rows since they were looked at. */
async function update(
  tx: Database,
  ids: readonly string[],
  { resource, began, observedAt, tenantId, provider, account }: Unshown,
): Promise<number> {
  const { rowCount } = await tx.execute(sql`
    update ${resource.table} as row set deleted_at = ${observedAt.toISOString()}::timestamptz, observed_at = to_timestamp(0), synced_at = now()
    where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account} and ${isLive(resource)}
      and row.id = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))) and row.synced_at < ${began.toISOString()}::timestamptz`)
  return rowCount ?? 0
}

/** A live row that names one of the ids. */
export interface NamingRow {
  readonly id: string
  readonly resource: string
  readonly namedBy: string
  readonly createdAt: Date | null
}

/** The live rows that name these ids. */
export async function findNaming(
  db: Database,
  namings: readonly Naming[],
  { ids, tenantId, provider, account }: AccountKey & { readonly ids: readonly string[] },
): Promise<readonly NamingRow[]> {
  // `is true` makes Postgres hash the ids, whatever is known of the tables.
  const selects = namings.map(({ column, ...resource }) => {
    const named = sql`row.${columnOf(resource.table, column)}`
    return sql`
      select ${named} as id, ${resource.name}::text as resource, row.id as "namedBy", row.created_at as "createdAt"
      from ${resource.table} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.account = ${account}
        and ${isLive(resource)} and (${named} in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb))) is true`
  })
  const { rows } = await db.execute<{ id: string; resource: string; namedBy: string; createdAt: Date | string | null }>(
    sql.join(selects, sql` union all `),
  )
  return rows.map(({ createdAt, ...row }) => ({ ...row, createdAt: createdAt === null ? null : new Date(createdAt) }))
}

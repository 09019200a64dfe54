import { sql } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import { codeOf } from '../db/errors.ts'
import { liveRows, type ResourceTable } from '../db/live.ts'
import type { TenantDatabase } from '../db/open.ts'
import { syncCursors, syncRejects } from '../db/schema.ts'
import type { Provider } from '../provider/contract.ts'
import type { StoredList, StoredLists } from '../sync/estimate/stored.ts'

/** Rows whose payloads are measured. */
const measured = 500

/** What the database has of an account's lists that jobs have read to their end: those with a cursor. Nothing is written. */
export async function readStoredLists(
  db: Pick<TenantDatabase, 'read'>,
  account: AccountKey,
  resources: Provider['resources'],
): Promise<StoredLists> {
  const cursors = await readCursors(db, account)
  const lists = new Map<string, StoredList>()
  for (const { name, table, nested = [], derivedFrom = [] } of resources) {
    const until = cursors.get(name) ?? derivedFrom.map((origin) => cursors.get(origin)).find((cursor) => cursor)
    if (until === undefined) continue
    for (const list of [{ name, table }, ...nested]) {
      const stored = await readUnlessSlow(() => readList(db, account, { list, until }))
      if (stored) lists.set(list.name, stored)
    }
  }
  return lists
}

/** A statement or a lock took too long: an estimate asks the provider instead. */
const slow: ReadonlySet<string | undefined> = new Set(['57014', '55P03'])

async function readUnlessSlow<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read()
  } catch (error) {
    if (slow.has(codeOf(error))) return null
    throw error
  }
}

/** Seconds since 1970. A resource that the provider refuses has none. */
async function readCursors(
  { read }: Pick<TenantDatabase, 'read'>,
  { tenantId, provider, account }: AccountKey,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await read((tx) =>
    tx.execute<{ resource: string; second: number }>(sql`
      select resource, extract(epoch from cursor)::float8 as second from ${syncCursors}
      where tenant_id = ${tenantId}::uuid and provider = ${provider} and account = ${account} and refused_at is null`),
  )
  return new Map(rows.map(({ resource, second }) => [resource, second]))
}

const month = 30 * 86_400

async function readList(
  { read }: Pick<TenantDatabase, 'read'>,
  account: AccountKey,
  { list, until }: { readonly list: ResourceTable; readonly until: number },
): Promise<StoredList> {
  const rows = liveRows(list, account)
  const { tenantId, provider, account: name } = account
  const { rows: sums } = await read((tx) =>
    tx.execute<{ items: number; lately: number; bytes: number | null }>(sql`
      select (select count(*) from ${syncRejects} where tenant_id = ${tenantId}::uuid and provider = ${provider}
          and account = ${name} and resource = ${list.name}) + (select count(*) ${rows})::float8 as items,
        (select count(*) ${rows} and row.created_at > to_timestamp(${until - month}) and row.created_at <= to_timestamp(${until}))::float8 as lately,
        (select avg(pg_column_size(kept.raw))::float8 from (select row.raw ${rows} limit ${measured}) as kept) as bytes`),
  )
  const [{ items, lately, bytes } = { items: 0, lately: 0, bytes: null }] = sums
  return { items, until, perSecond: lately / month, payloadBytes: bytes ?? 0 }
}

import { type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from './account-key.ts'
import { columnOf } from './column-of.ts'
import { type Interval, unlistedIn } from './deletions.ts'
import { isLive, isWithin, type ResourceTable, type Within } from './live.ts'
import { keepsLater, type Overwrite } from './overwrite.ts'
import { unlistedRows } from './schema.ts'
import type { Database, TenantDatabase } from './tenant.ts'

/** The notes of a job about the rows of a resource that lists do not show. */
export interface Notes extends AccountKey {
  readonly jobId: string
  readonly resource: ResourceTable & { readonly parts?: readonly string[] }
}

interface Listing extends Notes {
  readonly part: string | null
  /** The rows that the part would show; null if any row may be in any part. */
  readonly within: Within | null
  /** See Overwrite; null if the job is not forced. */
  readonly overwrite: Overwrite | null
}

/** Rows that one statement notes. A list that leaves out more is not believed after a few questions. */
const notedAtMost = 100_000

/** Notes live rows of intervals that a list did not show although it showed all it has of them. Returns how many. */
export async function noteIntervals(
  db: TenantDatabase,
  { intervals, ...listing }: Listing & { readonly intervals: readonly Interval[] },
): Promise<number> {
  if (intervals.length === 0) return 0
  return await note(db, listing, sql`${unlistedIn(intervals, listing)} limit ${notedAtMost}`)
}

/**
 * Notes all live rows of a list that is read from its beginning; the rows that it shows are forgotten page by page. A forced
 * job notes only those that it has not written. `since`: the second at which the history of the list begins; null if it has
 * no such bound.
 */
export async function noteAll(
  db: TenantDatabase,
  listing: Listing & { readonly observedAt: Date; readonly since?: number | null },
): Promise<number> {
  return await note(db, listing, rowsWhere(listing))
}

function rowsWhere({
  provider,
  account,
  resource,
  within,
  overwrite,
  observedAt,
  since = null,
}: Parameters<typeof noteAll>[1]): SQL {
  const isForced = overwrite?.kind === 'stored before'
  const begin = since === null ? null : new Date(since * 1_000).toISOString()
  return sql`
    cross join (select ${observedAt.toISOString()}::timestamptz as observed_at) as listed
    cross join lateral (
      select row.id from ${resource.table} as row
      where row.tenant_id = owner.tenant_id and row.provider = ${provider} and row.account = ${account} and ${isLive(resource)} ${isWithin(resource, within)}
        ${begin === null ? sql`` : sql`and row.created_at >= ${begin}::timestamptz`}
        and ${isForced ? sql`not ${keepsLater(overwrite, sql`row`)}` : sql`row.observed_at <= listed.observed_at`}
      offset 0
    ) as row`
}

/** `rows`: what follows the owner in `from …`, with `row.id` and `listed.observed_at`. */
async function note(
  db: TenantDatabase,
  { provider, account, resource, part, jobId }: Listing,
  rows: SQL,
): Promise<number> {
  const insert = (tenant: SQL) => sql`
    insert into ${unlistedRows} as note (tenant_id, provider, account, resource, part, id, job_id, noted_at)
    select tenant_id, ${provider}, ${account}, ${resource.name}, ${part ?? ''}, id, ${jobId}::uuid, max(observed_at)
    from (
      select owner.tenant_id, row.id, listed.observed_at from (select ${tenant} as tenant_id offset 0) as owner ${rows}
    ) as unlisted group by tenant_id, id
    on conflict (tenant_id, provider, account, resource, id, part)
      do update set job_id = excluded.job_id, noted_at = excluded.noted_at`
  const { rowCount } = await db.alone((statement, tenant) => statement.execute(insert(tenant)))
  return rowCount ?? 0
}

const ofResource = ({ tenantId, provider, account, resource }: Notes) =>
  sql`note.tenant_id = ${tenantId}::uuid and note.provider = ${provider} and note.account = ${account} and note.resource = ${resource.name}`

/** Removes the notes about rows: a list shows them, or the provider no longer has them. */
export async function forget(db: Database, notes: Notes, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await db.execute(sql`
    delete from ${unlistedRows} as note where ${ofResource(notes)}
      and note.id = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`)
}

/** The rows of a job's notes that no part of the list shows and that this job has not asked for. */
const absent = (notes: Notes) => sql`
  select note.id, max(note.noted_at) as noted_at, max(note.asked_at) as asked_at
  from ${unlistedRows} as note
  where ${ofResource(notes)} and note.job_id = ${notes.jobId}::uuid and note.asked_job_id is distinct from note.job_id
  group by note.id having count(*) = ${notes.resource.parts?.length ?? 1}`

export interface Absent {
  readonly id: string
  /** Time of the list that does not show the row. */
  readonly observedAt: Date
}

/** The next rows to ask for: those that no job has asked for, then those that were asked for longest ago. */
export async function nextAbsent(db: Database, notes: Notes, limit: number): Promise<readonly Absent[]> {
  const { rows } = await db.execute<{ id: string; noted_at: Date | string }>(sql`
    select absent.id, absent.noted_at from (${absent(notes)}) as absent
    order by absent.asked_at nulls first, absent.id limit ${limit}`)
  return rows.map(({ id, noted_at: observedAt }) => ({ id, observedAt: new Date(observedAt) }))
}

export async function countAbsent(db: Database, notes: Notes): Promise<number> {
  const { rows } = await db.execute<{ absent: number }>(
    sql`select count(*)::int as absent from (${absent(notes)}) as absent`,
  )
  return rows[0]?.absent ?? 0
}

/** Remembers that the provider still has these rows. */
export async function rememberAsked(db: Database, notes: Notes, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await db.execute(sql`
    update ${unlistedRows} as note set asked_job_id = ${notes.jobId}::uuid, asked_at = now() where ${ofResource(notes)}
      and note.id = any(array(select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)))`)
}

interface Children extends ResourceTable {
  /** The parent's column, by its name in code. */
  readonly parent: string
}

/** Live rows in nested lists of noted objects: of those that the job asked for, and of the others. */
export async function countChildren(
  db: Database,
  notes: Notes,
  { table, parent }: Children,
): Promise<{ readonly kept: number; readonly unchecked: number }> {
  const { rows } = await db.execute<{ kept: number; unchecked: number }>(sql`
    select count(*) filter (where noted.asked)::int as kept, count(*) filter (where not noted.asked)::int as unchecked
    from (
      select note.id, bool_or(note.asked_job_id is not distinct from note.job_id) as asked from ${unlistedRows} as note
      where ${ofResource(notes)} and note.job_id = ${notes.jobId}::uuid
      group by note.id having count(*) = ${notes.resource.parts?.length ?? 1}
    ) as noted
    cross join lateral (
      select row.id from ${table} as row
      where row.tenant_id = ${notes.tenantId}::uuid and row.provider || '' = ${notes.provider} and row.account || '' = ${notes.account}
        and row.${columnOf(table, parent)} = noted.id and row.deleted_at is null
      offset 0
    ) as row`)
  return rows[0] ?? { kept: 0, unchecked: 0 }
}

/** Removes the notes of a resource that is read to its end, but for rows that the provider still had when it was asked. */
export async function clearNotes(db: Database, notes: Notes): Promise<void> {
  await db.execute(sql`delete from ${unlistedRows} as note where ${ofResource(notes)} and note.asked_job_id is null`)
}

/** The resources about which a job has notes. */
export async function notedResources(
  db: Database,
  { tenantId, provider, account, jobId }: Omit<Notes, 'resource'>,
): Promise<readonly string[]> {
  const { rows } = await db.execute<{ resource: string }>(sql`
    select distinct note.resource from ${unlistedRows} as note
    where note.tenant_id = ${tenantId}::uuid and note.provider = ${provider} and note.account = ${account} and note.job_id = ${jobId}::uuid`)
  return rows.map(({ resource }) => resource)
}

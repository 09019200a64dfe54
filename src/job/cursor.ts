import { and, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import type { Database, TenantDatabase } from '../db/open.ts'
import { syncCursors } from '../db/schema.ts'
import { eventsName } from '../sync/change-feed.ts'
import { clockTolerance } from '../sync/observed-at.ts'
import { type KnownEvents, knownEvents } from './state/checkpoint.ts'

/** Up to which second a resource is complete, by the provider's clock. */
export interface Cursor {
  readonly second: number
  /** Second since which the provider refuses the resource, by the database's clock; null if it is read. */
  readonly refusedSince: number | null
}

/** Cursors by resource. */
export type Cursors = Readonly<Record<string, Cursor>>

const isOf = ({ tenantId, provider, account }: AccountKey): SQL | undefined =>
  and(eq(syncCursors.tenantId, tenantId), eq(syncCursors.provider, provider), eq(syncCursors.account, account))

interface Position {
  readonly cursors: Cursors
  /** The events that earlier jobs applied; null if none are remembered. */
  readonly known: KnownEvents | null
}

interface StoredCursor extends Cursor {
  readonly resource: string
  readonly seenEvents: unknown
}

/** One statement without a transaction: an incremental job with nothing new has two round trips less. */
export async function readCursors(db: TenantDatabase, { provider, account }: AccountKey): Promise<Position> {
  const second = (column: SQL) => sql`floor(extract(epoch from ${column}))::float8`
  const { rows } = await db.alone((statement, tenant) =>
    statement.execute<{ [Key in keyof StoredCursor]: StoredCursor[Key] }>(sql`
      select stored.resource, ${second(sql`stored.cursor`)} as second, ${second(sql`stored.refused_at`)} as "refusedSince",
        stored.seen_events as "seenEvents"
      from (select ${tenant} as tenant_id offset 0) as owner
      cross join lateral (
        select * from ${syncCursors} as position
        where position.tenant_id = owner.tenant_id and position.provider = ${provider} and position.account = ${account} offset 0
      ) as stored`),
  )
  const feed = rows.find(({ resource }) => resource === eventsName)
  const cursors = Object.fromEntries(
    rows.map(({ resource, second, refusedSince }) => [resource, { second, refusedSince }]),
  )
  return { cursors, known: knownEvents.safeParse(feed?.seenEvents).data ?? null }
}

/** What a job read to its end. */
export interface Move {
  readonly second: number
  /** Resources that are complete up to `second`. */
  readonly resources: readonly string[]
  /** Resources of the job that the provider refused in whole or in part. */
  readonly refused: readonly string[]
  /** The events that are applied; null if the job did not read the feed. */
  readonly known: KnownEvents | null
}

/**
 * The statements that move the cursors of what was read, never back but from the future, and mark the cursors of what was
 * refused. They are parts of the statement that writes the job's row, and are not run by themselves.
 */
export function cursorMoves(
  tx: Database,
  key: AccountKey & { readonly jobId: string },
  { second, resources, refused, known }: Move,
) {
  const { tenantId, provider, account, jobId } = key
  const cursor = new Date(second * 1_000)
  const rows = [
    ...resources.toSorted().map((resource) => ({ resource, seenEvents: null as KnownEvents | null })),
    ...(known ? [{ resource: eventsName, seenEvents: known }] : []),
  ].map((row) => ({ ...row, tenantId, provider, account, cursor, jobId }))
  const { cursor: stored } = syncCursors
  const moved =
    rows.length > 0 &&
    tx
      .insert(syncCursors)
      .values(rows)
      .onConflictDoUpdate({
        target: [syncCursors.tenantId, syncCursors.provider, syncCursors.account, syncCursors.resource],
        set: {
          cursor: sql`excluded.cursor`,
          seenEvents: sql`excluded.seen_events`,
          jobId: sql`excluded.job_id`,
          refusedAt: null,
          updatedAt: sql`now()`,
        },
        setWhere: sql`${stored} <= excluded.cursor or ${stored} > now() + make_interval(secs => ${clockTolerance / 1_000})`,
      })
  const stopped =
    refused.length > 0 &&
    tx
      .update(syncCursors)
      .set({ refusedAt: sql`coalesce(${syncCursors.refusedAt}, now())` })
      .where(and(isOf(key), inArray(syncCursors.resource, [...refused])))
  return [...(moved ? [tx.$with('moved').as(moved)] : []), ...(stopped ? [tx.$with('stopped').as(stopped)] : [])]
}

import { and, desc, eq, getTableColumns, gte, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { type JobStatus, syncJobs } from '../db/schema.ts'
import type { Reader } from './scope.ts'

/** A filter of jobs. A field that is absent filters nothing. */
export interface JobFilter {
  readonly ids?: readonly string[] | undefined
  readonly tenantId?: string | undefined
  readonly provider?: string | undefined
  readonly statuses?: readonly JobStatus[] | undefined
  /** True: jobs that have not ended. False: jobs that have. */
  readonly open?: boolean
  /** Seconds: jobs that a worker first saw since then. */
  readonly since?: number | undefined
  /** Seconds: jobs that failed since then. */
  readonly failedSince?: number | undefined
  /** Codes of their errors. */
  readonly codes?: readonly string[] | undefined
}

/** A row of `sync_jobs`, with what only the database's clock knows. */
export type StoredJob = Omit<typeof syncJobs.$inferSelect, 'requestHash' | 'checkpoint'> & {
  /** Seconds since it was started, to its end if it has ended; null if it was not started. */
  readonly took: number | null
  /** Whether a worker holds it now: its lease is not over. */
  readonly isHeld: boolean
}

/** Newest first, by an index whatever is asked for. */
export async function findJobs(
  { read }: Reader,
  filter: JobFilter,
  limit: number,
  offset = 0,
): Promise<readonly StoredJob[]> {
  const order = [desc(syncJobs.createdAt), desc(syncJobs.id)]
  return read((tx) =>
    tx
      .select(columns)
      .from(syncJobs)
      .where(conditions(filter))
      .orderBy(...order)
      .limit(limit)
      .offset(offset),
  )
}

const { requestHash: _hash, checkpoint: _checkpoint, ...stored } = getTableColumns(syncJobs)
/** A job that has ended waits for nothing, also where a person ended it by SQL alone. */
const whileOpen = (column: PgColumn) => sql`case when ${syncJobs.finishedAt} is null then ${column} end`.mapWith(column)
const columns = {
  ...stored,
  waitingFor: whileOpen(syncJobs.waitingFor),
  waitingSince: whileOpen(syncJobs.waitingSince) as SQL<Date | null>,
  took: sql<number | null>`extract(epoch from coalesce(${syncJobs.finishedAt}, now()) - ${syncJobs.startedAt})::float8`,
  isHeld: sql<boolean>`coalesce(${syncJobs.leaseUntil} > now(), false)`,
}

const ago = (seconds: number) => sql`now() - make_interval(secs => ${seconds})`

function conditions({ ids, tenantId, provider, statuses, open, since, failedSince, codes }: JobFilter) {
  const wanted: (SQL | undefined)[] = [
    ids && inArray(syncJobs.id, [...ids]),
    tenantId === undefined ? undefined : eq(syncJobs.tenantId, tenantId),
    provider === undefined ? undefined : eq(syncJobs.provider, provider),
    statuses && inArray(syncJobs.status, [...statuses]),
    open === undefined ? undefined : open ? isNull(syncJobs.finishedAt) : isNotNull(syncJobs.finishedAt),
    since === undefined ? undefined : gte(syncJobs.createdAt, ago(since)),
    // A literal, so that the planner sees the condition of the index.
    failedSince === undefined
      ? undefined
      : sql`${syncJobs.status} = 'failed' and ${syncJobs.finishedAt} >= ${ago(failedSince)}`,
    codes && inArray(sql`${syncJobs.error} ->> 'code'`, [...codes]),
  ]
  return and(...wanted)
}

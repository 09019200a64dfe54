import { sql } from 'drizzle-orm'
import { classify, codeOf } from '../db/failure.ts'
import type { Database } from '../db/open.ts'
import { syncRejects } from '../db/schema.ts'
import { upsert, type Written, withoutUnstorable } from '../db/upsert.ts'
import type { Batch } from '../sync/backfill.ts'
import { type ObservedRow, type Reject, rejectItem } from '../sync/rows.ts'
import type { Counts } from './progress.ts'
import type { SyncJobRequest } from './request.ts'

interface Batches {
  readonly request: SyncJobRequest
  readonly batches: readonly Batch[]
  /** A data error was met before: write behind savepoints and bisect down to the rows that Postgres refuses. */
  readonly careful: boolean
}

/** Writes the rows of all batches, one statement per resource, and what could not be stored to `sync_rejects`. */
export async function writeBatches(
  tx: Database,
  { request, batches, careful }: Batches,
): Promise<Readonly<Record<string, Counts>>> {
  const counts: Record<string, Counts> = {}
  const rejects: Reject[] = []
  for (const batch of batchesPerSource(batches)) {
    const { source, rows, fetched } = batch
    const write = (some: readonly ObservedRow[], on: Database) =>
      upsert(on, {
        table: source.table,
        tenantId: request.tenantId,
        provider: request.providerName,
        rows: some,
        force: request.additionalData.forceRefresh,
      })
    const refused: Reject[] = []
    const { created, updated } = careful
      ? await bisect(tx, { resource: source.name, rows, write, refused })
      : await write(rows, tx)
    rejects.push(...batch.rejects, ...refused)
    const rejected = batch.rejects.length + refused.length
    counts[source.name] = { fetched, created, updated, rejected, unchanged: fetched - created - updated - rejected }
  }
  if (rejects.length > 0) await keepRejects(tx, request, rejects)
  return counts
}

function batchesPerSource(batches: readonly Batch[]) {
  const names = new Set(batches.map((batch) => batch.source.name))
  return [...names].toSorted().flatMap((name) => {
    const own = batches.filter((batch) => batch.source.name === name)
    return own.slice(0, 1).map(({ source }) => ({
      source,
      rows: own.flatMap((batch) => batch.rows),
      rejects: own.flatMap((batch) => batch.rejects),
      fetched: own.reduce((sum, batch) => sum + batch.fetched, 0),
    }))
  })
}

interface Bisection {
  readonly resource: string
  readonly rows: readonly ObservedRow[]
  write(rows: readonly ObservedRow[], on: Database): Promise<Written>
  /** Where the rows Postgres refuses are put. */
  readonly refused: Reject[]
}

async function bisect(tx: Database, { resource, rows, write, refused }: Bisection): Promise<Written> {
  try {
    return await tx.transaction((savepoint) => write(rows, savepoint))
  } catch (error) {
    if (classify(error) !== 'data') throw error
    const [only] = rows
    if (only && rows.length === 1) {
      refused.push(rejectItem(resource, only.raw, whyRefused(error)))
      return { created: 0, updated: 0 }
    }
    const middle = Math.ceil(rows.length / 2)
    const newer = await bisect(tx, { resource, rows: rows.slice(0, middle), write, refused })
    const older = await bisect(tx, { resource, rows: rows.slice(middle), write, refused })
    return { created: newer.created + older.created, updated: newer.updated + older.updated }
  }
}

function whyRefused(error: unknown): Pick<Reject, 'code' | 'reason'> {
  const code = codeOf(error)
  return code
    ? { code, reason: `Postgres refuses a value of this item (SQLSTATE ${code})` }
    : { code: 'too_deep', reason: 'the item is nested too deep to be written as JSON' }
}

async function keepRejects(
  tx: Database,
  { jobId, tenantId, providerName }: SyncJobRequest,
  rejects: readonly Reject[],
): Promise<void> {
  const perKey = new Map(rejects.map((reject) => [`${reject.resource} ${reject.itemKey}`, reject]))
  const values = [...perKey.values()]
    .toSorted((one, other) => (one.itemKey < other.itemKey ? -1 : 1))
    .map((reject) => ({
      ...reject,
      payload: withoutUnstorable(reject.payload),
      jobId,
      tenantId,
      provider: providerName,
    }))
  await tx
    .insert(syncRejects)
    .values(values)
    .onConflictDoUpdate({
      target: [syncRejects.tenantId, syncRejects.provider, syncRejects.resource, syncRejects.itemKey],
      set: {
        jobId: sql`excluded.job_id`,
        code: sql`excluded.code`,
        reason: sql`excluded.reason`,
        payload: sql`excluded.payload`,
        rejectedAt: sql`now()`,
      },
    })
}

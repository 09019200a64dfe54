import type { TenantDatabase } from '../db/open.ts'
import { findUnlisted, type Unlisted } from '../db/sweep.ts'
import type { Source } from '../provider/contract.ts'
import type { Batch, Step } from '../sync/backfill.ts'
import type { Clock } from '../sync/clock.ts'
import { emptied } from '../sync/expand.ts'
import { type Family, mapItems, type ObservedRow } from '../sync/rows.ts'
import { patiently } from './patience.ts'
import type { SyncJobRequest } from './request.ts'

/** What a step's pages prove about rows they do not list. */
export interface Swept {
  readonly resources: readonly {
    readonly resource: Source
    /** Rows to be marked as deleted. */
    readonly unlisted: readonly Unlisted[]
    /** Rows the provider still has, though it does not list them. */
    readonly kept: number
  }[]
  /** Those rows as they are now. */
  readonly rows: readonly ObservedRow[]
  /** Nothing is left of the nested lists of what is gone. */
  readonly families: readonly Family[]
}

interface Sweep {
  readonly db: TenantDatabase
  readonly clock: Clock
  readonly request: SyncJobRequest
  /** Requests that may still be spent on asking for single objects; lowered. */
  readonly budget: { left: number }
}

/**
 * A page of a newest-first list proves an interval: everything the provider has of it is on the page. Live rows of the
 * interval that are not on it are asked for by id, as far as the budget goes, and else taken to be gone.
 * @throws SyncError
 */
export async function sweep(step: Step, { db, clock, request, budget }: Sweep, signal: AbortSignal): Promise<Swept> {
  const swept = { resources: [] as Swept['resources'][number][], rows: [] as ObservedRow[], families: [] as Family[] }
  for (const source of new Set(step.batches.map((batch) => batch.source))) {
    const own = step.batches.filter((batch) => batch.source === source)
    const intervals = own.flatMap(intervalOf)
    // Another page of this step may have what its time says should be on this one.
    const listed = new Set(own.flatMap(({ rows }) => rows.map(({ row }) => row.id)))
    const search = { provider: request.providerName, resource: source, intervals }
    const candidates = await patiently(() => findUnlisted(db, search), clock, signal)
    const found = candidates.filter(({ id }) => !listed.has(id))
    if (found.length === 0) continue
    const checked = await Promise.all(found.map((row) => stillThere(source, row, budget, signal)))
    const rows = checked.flatMap((one) => one ?? [])
    swept.rows.push(...rows)
    const unlisted = found.filter((_, at) => checked[at] === null)
    swept.resources.push({ resource: source, unlisted, kept: rows.length })
    swept.families.push(...unlisted.flatMap(({ id, observedAt }) => emptied(source, id, observedAt)))
  }
  return swept
}

function intervalOf({ proven, observedAt }: Batch) {
  return proven ? [{ ...proven, observedAt }] : []
}

/** The row as the provider has it now; null when it is gone or was not asked for. */
async function stillThere(
  source: Source,
  { id }: Unlisted,
  budget: Sweep['budget'],
  signal: AbortSignal,
): Promise<ObservedRow | null> {
  if (!source.retrieve || budget.left <= 0) return null
  budget.left--
  const { item, payload, observedAt } = await source.retrieve(id, signal)
  if (item === null) return null
  const { rows } = mapItems([item], {
    resource: source.name,
    table: source.table,
    observedAt,
    payloadOf: () => payload,
    map: (one) => source.row(one),
  })
  return rows[0] ?? null
}

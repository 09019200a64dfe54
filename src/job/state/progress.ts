import * as z from 'zod'
import { SyncError } from '../../errors.ts'
import type { Drift } from '../../sync/rows.ts'

const whole = z.int().min(0)
const counts = z.object({
  fetched: whole,
  created: whole,
  updated: whole,
  unchanged: whole,
  rejected: whole,
  /** Rows marked as deleted, because the provider no longer has them. */
  deleted: whole.default(0),
  /** Rows the provider still has but did not list. */
  kept: whole.default(0),
})
const skipped = z.object({ code: z.string(), message: z.string() })
const drift = z.record(z.string(), whole)
const resourceProgress = counts.extend({
  share: z.number(),
  skipped: skipped.optional(),
  drift: drift.optional(),
  /** Of what was fetched, what is about somebody who was erased, and so was left out or taken out again; if any. */
  erased: whole.optional(),
  /** Live rows that the provider did not list and was not asked about; if any. */
  unchecked: whole.optional(),
})

/** What became of a resource's items. A row that was asked for by id may be created, updated or rejected without being fetched. */
export type Counts = z.infer<typeof counts>
/** Counts, and what was left out because it was erased, and what could not be checked. */
export type ResourceCounts = Counts & { readonly erased?: number | undefined; readonly unchecked?: number | undefined }
/** Why a resource could not be read. */
export type Skipped = z.infer<typeof skipped>
/** `share` is the estimated share done, 0 to 1. */
export type ResourceProgress = z.infer<typeof resourceProgress>
export type Progress = Readonly<Record<string, ResourceProgress>>

const countNames = ['fetched', 'created', 'updated', 'unchanged', 'rejected', 'deleted', 'kept'] as const
export const noCounts: Counts = { fetched: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, deleted: 0, kept: 0 }

/** Progress as stored. @throws SyncError `progress_unreadable` where another version of the worker wrote it */
export function readProgress(stored: unknown): Progress {
  const parsed = z.record(z.string(), resourceProgress).safeParse(stored)
  if (parsed.success) return parsed.data
  throw new SyncError(
    'reject',
    'progress_unreadable',
    'progress: another version of the worker wrote it, and this one cannot read it. Send the job with a new jobId, or the same jobId with "force_refresh": true.',
  )
}

/** A line for each resource from the start, so that one can see what is still to come. */
export function startProgress(resources: readonly string[], before: Progress): Progress {
  return { ...Object.fromEntries(resources.map((name) => [name, { ...noCounts, share: 0 }])), ...before }
}

/** What a commit adds. */
export interface Gain {
  readonly counts: Readonly<Record<string, ResourceCounts>>
  readonly skipped: Readonly<Record<string, Skipped>>
  readonly drifts: readonly Drift[]
  /** Items probably left, per resource. */
  readonly remaining: Readonly<Record<string, number>>
  /** Resources and nested lists that are not read to their ends. */
  readonly unfinished: ReadonlySet<string>
}

export function addCounts(progress: Progress, { counts, skipped, drifts, remaining, unfinished }: Gain): Progress {
  const names = new Set([...Object.keys(progress), ...Object.keys(counts), ...Object.keys(skipped)])
  return Object.fromEntries(
    [...names].map((name) => {
      const before = progress[name]
      const sum = sumCounts([before ?? noCounts, counts[name] ?? noCounts])
      const reason = skipped[name] ?? before?.skipped
      // Never quite done before it is, and never less than was said: an estimate is but an estimate.
      const estimated = Math.min(0.99, sum.fetched / Math.max(1, sum.fetched + (remaining[name] ?? 0)))
      const shown = unfinished.has(name) ? Math.max(before?.share ?? 0, estimated) : 1
      const share = Math.round(shown * 1_000) / 1_000
      const drift = countDrift(
        before?.drift,
        drifts.filter(({ resource }) => resource === name),
      )
      const resource = { ...sum, share, ...(reason && { skipped: reason }), ...(drift && { drift }) }
      const { erased = 0, unchecked = 0 } = before ?? {}
      const erasedToo = addErased(resource, erased + (counts[name]?.erased ?? 0))
      return [name, addUnchecked(erasedToo, unchecked + (counts[name]?.unchecked ?? 0))]
    }),
  )
}

function countDrift(before: ResourceProgress['drift'], drifts: readonly Drift[]): ResourceProgress['drift'] {
  if (drifts.length === 0) return before
  const sum = { ...before }
  for (const { column } of drifts) sum[column] = (sum[column] ?? 0) + 1
  return sum
}

/** Says so only where there is something to say. */
export function addErased<Of extends ResourceCounts>(counted: Of, more: number): Of {
  return more === 0 ? counted : { ...counted, erased: (counted.erased ?? 0) + more }
}

/** Says so only where there is something to say. */
export function addUnchecked<Of extends ResourceCounts>(counted: Of, more: number): Of {
  return more === 0 ? counted : { ...counted, unchecked: (counted.unchecked ?? 0) + more }
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum = { ...noCounts }
  for (const counts of all) for (const name of countNames) sum[name] += counts[name]
  return sum
}

import * as z from 'zod'
import type { SyncJobRequest } from './request.ts'

const whole = z.int().min(0)
const resourceProgress = z.object({
  fetched: whole,
  created: whole,
  updated: whole,
  unchanged: whole,
  rejected: whole,
  share: z.number(),
})

/** What became of a resource's items. `fetched` is the sum of the other counts; `share` is the estimated share done, 0 to 1. */
export type ResourceProgress = z.infer<typeof resourceProgress>
export type Counts = Omit<ResourceProgress, 'share'>
export type Progress = Readonly<Record<string, ResourceProgress>>

export const noCounts: Counts = { fetched: 0, created: 0, updated: 0, unchanged: 0, rejected: 0 }

export function readProgress(stored: unknown): Progress {
  return z.record(z.string(), resourceProgress).parse(stored)
}

export function startProgress(resources: readonly string[], sofar: Progress): Progress {
  return Object.fromEntries(resources.map((resource) => [resource, sofar[resource] ?? { ...noCounts, share: 0 }]))
}

/** Adds a commit's counts. `remaining`: items probably left, per resource; a resource `done` has the share 1. */
export function addCounts(
  progress: Progress,
  counts: Readonly<Record<string, Counts>>,
  left: { readonly remaining: Readonly<Record<string, number>>; readonly unfinished: ReadonlySet<string> },
): Progress {
  const names = new Set([...Object.keys(progress), ...Object.keys(counts)])
  return Object.fromEntries(
    [...names].map((name) => {
      const sum = sumCounts([progress[name] ?? noCounts, counts[name] ?? noCounts])
      const remaining = left.remaining[name] ?? 0
      // Never quite done before it is, and never less than was said: an estimate is but an estimate.
      const estimated = Math.min(0.99, sum.fetched / Math.max(1, sum.fetched + remaining))
      const share = left.unfinished.has(name) ? Math.max(progress[name]?.share ?? 0, estimated) : 1
      return [name, { ...sum, share: Math.round(share * 1_000) / 1_000 }]
    }),
  )
}

export function sumCounts(all: readonly Counts[]): Counts {
  const sum = { ...noCounts }
  for (const counts of all) for (const name of countNames) sum[name] += counts[name]
  return sum
}

const countNames = ['fetched', 'created', 'updated', 'unchanged', 'rejected'] as const

/** How a job ended: stored as `sync_jobs.result` and logged once. Times are UTC, ISO 8601. */
export interface SyncJobResult {
  readonly jobId: string
  readonly tenantId: string
  readonly provider: string
  readonly syncType: SyncJobRequest['additionalData']['syncType']
  readonly status: 'completed' | 'failed'
  readonly resources: Readonly<Record<string, Counts>>
  /** Requests made to the provider, failed ones too. */
  readonly requests: number
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationMs: number
  readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } | null
}

/** The counts alone, as a result has them. */
export function withoutShares(progress: Progress): Readonly<Record<string, Counts>> {
  return Object.fromEntries(Object.entries(progress).map(([name, counts]) => [name, sumCounts([counts])]))
}

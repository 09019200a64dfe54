import * as z from 'zod'
import type { SyncJobResult } from './result.ts'

const whole = z.int().min(0)

const countCheck = z.object({
  until: z.iso.datetime().describe('Objects created after this time are not compared.'),
  listed: whole.describe('Number of distinct items that the provider listed.'),
  live: whole.describe('Number of rows that are not deleted.'),
  equal: z.boolean().describe('True if the rows are exactly the items that the provider has.'),
  differs: z
    .array(z.object({ month: z.string(), listed: whole, live: whole }))
    .describe('Months of creation in which the numbers differ, at most 24.'),
  changedMeanwhile: whole
    .exactOptional()
    .describe('Number of rows that live events wrote while the job was running. The counts may differ by this number.'),
})

const resourceResult = z.object({
  fetched: whole.describe(
    'Number of items that the provider listed. Deletions and rows that were asked for by id are not among them.',
  ),
  created: whole,
  updated: whole,
  unchanged: whole,
  rejected: whole.describe('Number of items that could not be stored; see the table sync_rejects.'),
  deleted: whole.describe('Number of rows marked as deleted.'),
  kept: whole.describe('Number of rows that the provider still has but did not list.'),
  skipped: z
    .object({ code: z.string(), message: z.string() })
    .exactOptional()
    .describe('Why the resource could not be read.'),
  drift: z
    .record(z.string(), whole)
    .exactOptional()
    .describe('Columns that are null because the shape of their field is not known, with the number of items.'),
  proof: countCheck.exactOptional().describe('The comparison of rows with items, after a full job.'),
  erased: whole.optional().describe('Number of items that were left out because they are erased.'),
  unchecked: whole.optional().describe('Number of live rows that the provider did not list and was not asked about.'),
})

const range = z.object({
  least: z.number().min(0).describe('What was seen.'),
  likely: z.number().min(0),
  most: z.number().min(0).nullable().describe('Null if no upper end is known.'),
})

/** The shape of `result.estimate`, and of what `billing-sync estimate --json` prints. */
export const estimate = z.object({
  resources: z.record(
    z.string(),
    z.object({
      items: range,
      requests: range,
      bytes: range,
      minutes: range.describe(
        'Of this resource alone, at the rate that the provider allows. Resources are read beside each other.',
      ),
      lambdaDollars: range.describe('Of this resource alone.'),
      basis: z.enum([
        'whole list',
        'stated total',
        'stored rows',
        'sampled times',
        'first pages',
        'inside other items',
      ]),
      skipped: z.object({ code: z.string(), message: z.string() }).exactOptional(),
    }),
  ),
  rows: range,
  requests: range,
  minutes: range.describe('At the rate that the provider allows.'),
  bytes: range.describe('In Postgres, with indexes.'),
  monthlyShare: range.exactOptional().describe('The share of the reads that the provider allows in a month at least.'),
  lambdaDollars: range,
  asked: whole.describe('Number of requests that the estimate made.'),
})

/** The shape of `sync_jobs.result`; the compiler holds it to `SyncJobResult`. */
export const syncJobResult: z.ZodType<SyncJobResult> = z.object({
  jobId: z.guid(),
  tenantId: z.guid(),
  provider: z.string(),
  account: z
    .string()
    .nullable()
    .describe('The provider account with its mode. Null if the job failed before it was known.'),
  syncType: z.enum(['full', 'incremental']),
  note: z.string().exactOptional().describe('Why the job did another kind of sync than requested.'),
  status: z.enum(['completed', 'failed']),
  resources: z.record(z.string(), resourceResult),
  estimate: estimate.exactOptional().describe('What a full job will find and cost. Of a dry run alone.'),
  requests: whole.describe('Number of requests to the provider, including failed requests.'),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  durationMs: whole,
  error: z
    .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
    .nullable()
    .describe('Null for a completed job.'),
})

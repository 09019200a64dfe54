import * as z from 'zod'

/*
 * What rows hold as JSON. A row of another version may hold something else, and is shown all the same.
 */

const whole = z.number().catch(0)
const problem = z.object({ code: z.string(), message: z.string() })
const counts = z.object({
  fetched: whole,
  created: whole,
  updated: whole,
  unchanged: whole,
  rejected: whole,
  deleted: whole,
  kept: whole,
  skipped: problem.optional().catch(undefined),
})

/** Null where there is none, or one that cannot be read. */
export const storedProblem = problem.nullable().catch(null)

export const storedProgress = z.record(z.string(), counts.extend({ share: z.number().catch(0) })).catch({})

const proof = z
  .object({
    listed: whole,
    live: whole,
    equal: z.boolean(),
    differs: z.array(z.object({ month: z.string(), listed: whole, live: whole })).catch([]),
  })
  .optional()
  .catch(undefined)

/** What the page shows of a result. */
export const storedResult = z
  .object({
    note: z.string().optional().catch(undefined),
    resources: z.record(z.string(), counts.extend({ proof })).catch({}),
  })
  .nullable()
  .catch(null)

export type StoredCounts = z.infer<typeof counts>
export type StoredResult = z.infer<typeof storedResult>

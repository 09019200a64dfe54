import type { ListOptions } from './collection.ts'

/** What the account holds, for as long as the server runs: by the path of the list. All other lists are empty. */
export interface Population {
  readonly seed: number
  /** Unix seconds; everything was created in the five years before. */
  readonly until: number
  readonly lists: Readonly<Record<string, ListOptions>>
}

/** How the server behaves from the next request on. `null`: no limit. */
export interface Conditions {
  /** Milliseconds before each answer, and at most so many more, drawn by the seed. */
  readonly latencyMs: number
  readonly jitterMs?: number
  readonly accountPerSecond: number | null
  readonly endpointPerSecond: number | null
}

/** One request that was answered. Times are of the clock all processes of the machine share (process.hrtime), in ms. */
export interface Seen {
  readonly endpoint: string
  readonly arrivedAt: number
  readonly answeredAt: number
  readonly status: number
  /** Objects in the answer. */
  readonly items: number
  /** Creation second of the last of them. */
  readonly oldest?: number | undefined
}

/*
 * The control URLs, beside the API's own:
 *   POST /_bench/reset     Conditions → forgets what it saw
 *   POST /_bench/touch     { path, every, revision } → { touched }
 *   GET  /_bench/seen      Seen[]
 *   GET  /_bench/cpu       { ms } → CPU milliseconds so far
 *   GET  /_bench/counters  Record<endpoint, Counters>
 *   GET  /_bench/expected?path=/v1/customers   a line an object: id, blank, revision
 */
export interface Counters {
  readonly requests: number
  readonly limited: number
  readonly items: number
}

/** Milliseconds of the clock that all processes of this machine share. */
export const sharedNow = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000

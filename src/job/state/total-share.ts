/** The progress of one resource. */
export interface ResourceShare {
  readonly fetched: number
  /** Estimated share done, 0 to 1. */
  readonly share: number
}

/** The share done of a job. Null while it is a guess: some resource has not brought its first page, so its size is not known. */
export function totalShare(resources: readonly ResourceShare[]): number | null {
  if (resources.length === 0 || resources.some(({ fetched, share }) => fetched === 0 && share < 1)) return null
  const expected = resources.reduce((sum, { fetched, share }) => sum + fetched / Math.max(share, 0.001), 0)
  return expected === 0 ? 1 : resources.reduce((sum, { fetched }) => sum + fetched, 0) / expected
}

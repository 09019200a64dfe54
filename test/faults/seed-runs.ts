/** A test whose CI share is some seeds, and what a run of more of them saw. */
export interface SeedRun {
  /** Path below `test/`. */
  readonly test: string
  readonly about: string
  /** The first and the last. */
  readonly seeds: readonly [first: number, last: number]
  readonly date: string
  readonly commit: string
  readonly seconds: number
  /** Seeds that failed. */
  readonly failed: readonly number[]
}

/** Written by hand from the output of Vitest, the newest run of each test. */
export const seedRuns: readonly SeedRun[] = [
  {
    test: 'integration/accounts-matrix.test.ts',
    about:
      'two accounts, two modes and two tenants with the same ids: full and incremental jobs, killed and resumed, an erasure, and `verify` of each account',
    seeds: [1, 20],
    date: '2026-11-30',
    commit: 'ba43f9e',
    seconds: 299,
    failed: [],
  },
]

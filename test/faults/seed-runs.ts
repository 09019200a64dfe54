/** A test whose CI share is some seeds, and what a run of more of them saw. */
export interface SeedRun {
  /** Path below `test/`. */
  readonly test: string
  readonly about: string
  /** The first and the last. */
  readonly seeds: readonly [first: number, last: number]
  readonly date: string
  readonly commit: string
  /** Absent where other work ran beside it. */
  readonly seconds?: number
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
  {
    test: 'integration/square-quarter.test.ts',
    about:
      'a quarter of changes at Square: lists that lag, short and empty pages, cursors that end, a token that ends in each incremental job. Of 20 jobs a seed 9 fail for the token',
    seeds: [0, 9],
    date: '2026-11-30',
    commit: 'b967755',
    failed: [],
  },
  {
    test: 'integration/shopify-quarter.test.ts',
    about:
      'a quarter of changes at Shopify: lists that lag, empty pages, points that run out, tokens that end between jobs and in them. 11 jobs a seed',
    seeds: [0, 9],
    date: '2026-11-30',
    commit: 'b967755',
    failed: [],
  },
  {
    test: 'integration/paypal-quarter.test.ts',
    about:
      'a quarter of changes at PayPal: transactions that show late, windows of at most 30 lines, a day of 60, tokens that end in mid-list. 11 jobs a seed, each compared by `verify` too',
    seeds: [0, 9],
    date: '2026-11-30',
    commit: '7141c17',
    failed: [],
  },
  {
    test: 'integration/custom-quarter.test.ts',
    about:
      'a quarter of changes at a custom provider, the example of a manifest: late objects, pages of ten or none, cursors that end, a refusal for the rate, a reset, a key that is replaced in each incremental job. Of 20 jobs a seed 9 fail for the key',
    seeds: [0, 9],
    date: '2026-11-30',
    commit: 'fcbdf75',
    failed: [],
  },
  {
    test: 'integration/stripe-quarter.test.ts',
    about:
      'a quarter of changes at Stripe: late customers, cursors that end, refusals for the rate, a key that is revoked in the middle of each incremental job. Of 20 jobs a seed 9 fail for the key, each of the others is compared by `verify` too',
    seeds: [0, 9],
    date: '2026-12-01',
    commit: 'ccedad7',
    failed: [],
  },
]

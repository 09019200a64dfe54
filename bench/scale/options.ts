/** One simulated day. All times are in seconds since midnight, all sizes in objects of the provider. */
export interface DayOptions {
  readonly seed: number
  readonly tenants: number
  /** Of all tenants together. */
  readonly objects: number
  /** Of the power law: the tenant of rank k has a share ∝ 1 / k^exponent. */
  readonly exponent: number
  readonly hours: number
  /** Lambdas at work at once: `maximumConcurrency`, of both queues together where there are two. */
  readonly concurrency: number
  /** What the MessageGroupId of every message is; `none`: there is none. */
  readonly group: 'none' | 'tenant' | 'owner'
  /** Whether a message that is sent again has the group it had; without one SQS takes it for a tenant of its own. */
  readonly keepsGroup: boolean
  readonly queues: 1 | 2
  /** Seconds of a job's work in one invocation: the function's timeout less the 30 s in which no page is started. */
  readonly invocation: number
  /** How a tenant's hourly jobs lie: each at a minute of its own, or all in the first minute of the hour. */
  readonly arrivals: 'spread' | 'on the hour'
  /** The tenant of about so many objects has a full sync at `at`, and `backlog` more messages of its come two hours later. */
  readonly whale: { readonly objects: number; readonly at: number; readonly backlog: number } | null
  /** An owner of so many accounts, each a tenant of this worker, sends a full job for every one of them at `at`. */
  readonly platform: { readonly accounts: number; readonly objectsEach: number; readonly at: number } | null
  /**
   * For how long a message waits whose account is taken. `lease`: what the lease has left, 60 s and up to 15 more, as
   * `src/job/run.ts` does. `spread`: at least that, and so long that an account's waiting messages come one a second.
   */
  readonly busyWait: 'lease' | 'spread'
}

const hour = 3_600

export const standardDay: DayOptions = {
  seed: 1,
  tenants: 10_000,
  objects: 10e9,
  exponent: 1,
  hours: 24,
  concurrency: 10,
  group: 'none',
  keepsGroup: true,
  queues: 1,
  invocation: 870,
  arrivals: 'spread',
  whale: { objects: 100e6, at: 2 * hour, backlog: 0 },
  platform: null,
  busyWait: 'lease',
}

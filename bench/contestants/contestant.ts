/** What one contestant is to do, once or several times. */
export interface Task {
  readonly contestant: string
  readonly databaseUrl: string
  /** Of the Stripe-shaped server. */
  readonly stripeUrl: string
  /** What the contestant is told of the limits, where it can be told. */
  readonly perSecond: number
  readonly endpointPerSecond: number
  /** The worker's bundle. */
  readonly bundle: string
  /** The lists to copy; null: all the worker copies by default. */
  readonly resources: readonly string[] | null
}

/** A contestant that is loaded and whose tables are there: nothing of that is timed. */
export interface Opened {
  /** Copies everything once. */
  sync(): Promise<void>
  close(): Promise<void>
}

export type Open = (task: Task) => Promise<Opened>

/** A key that all contestants use; none reaches Stripe. */
export const apiKey = 'sk_live_bench'

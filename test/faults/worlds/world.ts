import type { ExpectedObject } from '../../integration/copy-differences.ts'
import type { createRandom } from '../../support/random.ts'
import type { Environment } from '../worker.ts'

/** The providers that scenarios run on, each as its sandbox. */
export const providers = ['stripe', 'square', 'paypal', 'shopify', 'custom'] as const
export type ProviderName = (typeof providers)[number]

export interface WorldOptions {
  /** Customers; in PayPal's ledger, which has no list of them, so many lines. The other resources follow from it. Default 100. */
  readonly customers?: number
  readonly seed?: number
  /** Milliseconds before each answer, and at most so many more. */
  readonly latencyMs?: number
  readonly jitterMs?: number
  /** Unix seconds at which the provider's clock stands still until `advance` moves it. Default: real time, running. */
  readonly now?: number
}

/** Which objects change: those that an incremental job sees, or any. */
export type Changed = 'announced' | 'any'

/** What a complete copy holds. */
export interface Truth {
  readonly provider: ProviderName
  /** The name of the provider in messages and rows. Absent: `provider`. */
  readonly providerName?: string
  /** The tables that a job without `resources` fills, each with the SQL that makes the key of its rows. */
  readonly tables: Readonly<Record<string, string>>
  /**
   * Whether the truth says what a job counts. PayPal's does not: its customers are not in `tables`, and a window of
   * its ledger that a pause cuts is read and counted again.
   */
  readonly areCountsKnown: boolean
  /** SQL of the stored payload without what a provider makes anew for each answer. Default: all of it. */
  readonly payload?: string
  /** What these tables must hold now; without tables all of them. */
  expected(tables?: readonly string[]): Iterable<ExpectedObject>
}

export type ItemFields = Readonly<Record<string, unknown>>

/** A list that a job reads alone: its resource, and the requests for it as failure rules name them. */
export interface List {
  readonly resource: string
  readonly requests: { readonly path?: string | RegExp; readonly field?: string }
}

/** Items as a later version of the API might have them. */
export interface ItemChanges {
  /** What makes the item, and no more. */
  bare(item: ItemFields): ItemFields
  /** Known fields in shapes that are not known. */
  reshaped(item: ItemFields): ItemFields
}

/** A provider with one account, what its tables must hold, and how it changes and fails. It must be closed. */
export interface World extends Truth {
  /** The access token of every job; `secret` is the part that no log, row, dead letter or error may show. */
  readonly accessToken: string
  readonly secret: string
  /** Settings of a worker that reads it without a limit. */
  readonly settings: Environment
  /** Settings that let a worker make so many requests a second of a list. */
  atMost(perSecond: number): Environment
  /** A list as long as `customers`, whose resource has the name of its table. */
  readonly list: List &
    ItemChanges & {
      /** Each page states how many items the list has: pages that do not add up are read again, and never taken for the list. */
      readonly statesTotal?: true
    }
  /** A list that a job reads with few requests. */
  readonly shortList: List
  /** The provider's clock, in unix seconds. */
  now(): number
  advance(seconds: number): void
  /** Makes requests fail from now on. Returns a function that ends it. */
  fail(fault: Fault): () => void
  /** Failures that pass by themselves, each before an answer. */
  readonly passing: readonly Failure[]
  /** Changes each object of the list. */
  changeList(random: ReturnType<typeof createRandom>): void
  /** Changes, inserts and removes objects, and moves the clock. */
  change(random: ReturnType<typeof createRandom>, changed: Changed): void
  close(): Promise<void>
}

/** When a fault happens. */
export interface FaultTiming {
  readonly path?: string | RegExp
  readonly field?: string
  readonly after?: number
  readonly times?: number
  readonly probability?: number
}

/** A way for a request to fail. Every sandbox knows it, but those of `OwnFailure`. */
export type Failure =
  | OwnFailure
  | { readonly kind: 'html' | 'empty-body'; readonly status?: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  | { readonly kind: 'error'; readonly status: number; readonly headers?: Record<string, string> }
  | { readonly kind: 'rate-limited' }
  | { readonly kind: 'not-a-list' | 'empty-more' | 'same-page' | 'hang' | 'reset' | 'gzip' }
  | { readonly kind: 'items'; readonly items: (objects: readonly ItemFields[]) => readonly unknown[] }
  | { readonly kind: 'truncated'; readonly close: 'early' | 'clean' }
  | { readonly kind: 'slow-headers' | 'slow-body'; readonly ms: number }
  | { readonly kind: 'huge'; readonly bytes: number }

/** An error in an answer of status 200, which Shopify has in a form of its own; and a lock, which is Stripe's alone. */
export type OwnFailure =
  | { readonly kind: 'error-in-200' }
  | { readonly kind: 'lock-timeout'; readonly retryAfter?: number }

export type Fault = Failure & FaultTiming

/** How far a provider's clock is behind when a world opens: scenarios move it forwards, and a worker refuses answers from the future. */
export const behindSeconds = 50 * 86_400

/** Each as likely as the others; only before an answer, since a read that is done twice is the same as one. */
export const passingEverywhere: readonly Failure[] = [
  { kind: 'error', status: 500 },
  { kind: 'error', status: 503, headers: { 'Retry-After': '0' } },
  { kind: 'reset' },
  { kind: 'truncated', close: 'early' },
  { kind: 'truncated', close: 'clean' },
  { kind: 'html' },
  { kind: 'html', status: 200 },
  { kind: 'empty-body' },
  { kind: 'not-a-list' },
  { kind: 'rate-limited' },
  { kind: 'slow-body', ms: 100 },
  { kind: 'slow-headers', ms: 200 },
]

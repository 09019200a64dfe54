import type { Change } from '../provider/resource.ts'

/** Whose an event is. */
export interface Route {
  readonly tenantId: string
  readonly provider: string
  /** With its mode: `acct_1A`, `acct_1A:test`. */
  readonly account: string
  readonly state: 'active' | 'paused'
  /** What the key that fetches objects is read from; null: the configured key. */
  readonly reference: string | null
}

/** An event that was authenticated, routed and read. */
export interface LiveEvent {
  readonly messageId: string
  /** When the message was sent, by the queue's clock. */
  readonly sentAt: Date
  /** Null if no resource stores what the event is about. */
  readonly change: Change | null
}

/** What became of the events of a route. */
export interface Applied {
  /** Messages that are done with: their rows are committed, were there already, or are not stored here. */
  readonly committed: readonly string[]
  /** Messages to hide for so many seconds. They are delivered again. */
  readonly later: readonly { readonly messageId: string; readonly seconds: number }[]
  /** Messages that no later delivery can apply. */
  readonly deadLettered: readonly { readonly messageId: string; readonly error: Error }[]
  readonly counts: LiveCounts
}

export interface LiveCounts {
  readonly received: number
  /** Events that wrote a row, or marked one as deleted. */
  readonly applied: number
  /** Events that every row is newer than, or as new. */
  readonly unchanged: number
  /** Events of a second that has several snapshots of their object. They are asked for once it is over. */
  readonly tied: number
  /** Requests to the provider. */
  readonly retrieved: number
  /** Objects that Postgres or the provider refused. They are in `sync_rejects`. */
  readonly rejected: number
  /** Events of a paused account, and events about nothing that is stored. */
  readonly skipped: number
}

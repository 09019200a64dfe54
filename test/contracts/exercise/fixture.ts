import type { Verdict } from '../../../src/errors.ts'
import type { Credentials, Provider } from '../../../src/provider/contract.ts'

/** Ways for a request to fail that every provider has. */
export const verdicts = {
  'the key is refused': 'reject',
  'the key may not read this': 'reject',
  'too many requests': 'retry',
  'the provider fails': 'retry',
  'the answer is no JSON': 'retry',
  'the answer ends early': 'retry',
  'the answer is JSON of another shape': 'retry',
  'the connection is reset': 'retry',
} as const satisfies Record<string, Verdict>

export type FailureKind = keyof typeof verdicts

/** The server of a provider cannot do this, and why: `{ never: 'a cursor is an id' }`. */
export interface Never {
  readonly never: string
}

/** Ends what a lever began. */
export type Undo = () => void

/** What is unusual about a list of the API. */
export interface ListFacts {
  /** The pages; absent: of the size that is asked for. `whole`: one answer has the list. */
  readonly pages?: 'of a fixed size' | 'whole'
  /** Pages have numbers: one without items stands in place of one with items, and the others keep theirs. */
  readonly numbered?: true
  /** What a window of creation shows besides, and the core leaves out; absent: nothing. Its ends are a second long. */
  readonly besides?: 'its ends' | 'everything newer'
}

/**
 * A provider and the server that it is held against. The server's data must not change by itself. At least 15 items a list,
 * and better 250.
 *
 * A lever makes the server do something. The tests know from the provider's definition which levers they need. A lever that is
 * missing fails its tests. A lever of something that the API never does returns `never` with the reason.
 */
export interface ProviderFixture {
  readonly provider: Provider
  readonly credentials: Credentials
  readonly badCredentials: readonly Credentials[]
  /** Must appear in no error. */
  readonly secrets: readonly string[]
  /** By resource; only of lists that are unusual. */
  readonly facts?: Readonly<Record<string, ListFacts>>
  /**
   * Everything that a complete copy holds, as the provider sends it; of one part where the resource has parts. Of a resource
   * without a list: objects with the ids of its rows.
   */
  expected(resource: string, part: string | undefined): readonly unknown[]
  /** The provider's clock, in seconds since 1970; stands still. */
  now(): number
  /** Requests that reached the provider so far, without those for tokens. */
  requests(): number
  remove(resource: string, id: string): Never | undefined
  /** Every request fails so from now on, but for those for tokens. */
  fail(kind: FailureKind): Undo
  /** Whether the provider makes its tokens from the credentials, and so replaces one that is over; absent: it does not. */
  readonly makesTokens?: true
  /** The token in use is over. */
  expireToken(): void
  close(): Promise<void>

  /** The cursors that were handed out so far are over. */
  expireCursors?(resource: string): Never | undefined
  /** The next page has no items, and a cursor that goes on. */
  emptyPage?(resource: string): Undo | Never
  /** The ids of the rows of one parent's nested list. For `nested`. */
  expectedNested?(nested: string, parentId: string): readonly string[]
  /** An object changes, at least a minute after the clock's time so far. For `updatedFilter`. */
  change?(resource: string, id: string): Never | undefined
  /** Something happens that the feed announces, at least a minute after the clock's time so far. For `changes`. */
  announce?(resource: string): { readonly id: string; readonly gone: boolean } | Never
  /** The next windows hold more than the API gives. For a filter without an order. */
  refuseWindow?(resource: string): Undo | Never
  /** No points are left. For `metersPoints`. */
  spendPoints?(): Undo | Never
}

/** A provider to try. */
export interface Exercise {
  readonly name: string
  /** The resources that the server has; absent: all. */
  readonly resources?: readonly string[]
  open(): Promise<ProviderFixture>
}

export type Fields = Readonly<Record<string, unknown>>

/** What a list server answers. */
export interface ListAnswer {
  readonly status?: number
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, in place of `body`. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The ways to fail that every API has. */
export type ListFailure =
  | 'the key is refused'
  | 'the key may not read this'
  | 'too many requests'
  | 'the provider fails'
  | 'the answer is no JSON'
  | 'the answer ends early'
  | 'the answer is JSON of another shape'
  | 'the connection is reset'

/** Answers of an API for these. */
export type Refusals = Readonly<Partial<Record<ListFailure, ListAnswer>>>

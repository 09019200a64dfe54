import type { ProxyFailure } from '../server/answer.ts'
import type { DeliveryFailure } from '../server/deliver.ts'
import type { FailureRule as Rule } from '../server/failure-rules.ts'
import type { SquareError } from './refusal.ts'
import type { SquareObject } from './square-object.ts'

/** One way for a request to fail: another answer, another page, or a fault of its delivery. */
export type Failure = AnswerFailure | PageFailure | DeliveryFailure

export type FailureRule = Rule<Failure>

/** An answer in place of the real one. */
export type AnswerFailure =
  | {
      readonly kind: 'error'
      readonly status: number
      readonly error?: Partial<SquareError>
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'key-revoked' | 'token-expired' | 'missing-scope' | 'no-such-cursor' }
  | { readonly kind: 'rate-limited'; readonly retryAfter?: number }
  | { readonly kind: 'error-in-200' | 'not-a-list' }
  | ProxyFailure

/** A page with other items than it should have. */
export type PageFailure =
  /** No items, and a cursor that goes on from here. */
  | { readonly kind: 'empty-more' }
  /** The first page of the list whatever the cursor is, with a cursor. */
  | { readonly kind: 'same-page' }
  /** Other items in the page: objects to serialise, or the raw JSON of the array. The given objects are copies. */
  | { readonly kind: 'items'; readonly items: (objects: readonly SquareObject[]) => readonly unknown[] | string }

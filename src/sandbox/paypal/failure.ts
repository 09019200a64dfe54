import type { ProxyFailure } from '../server/answer.ts'
import type { DeliveryFailure } from '../server/deliver.ts'
import type { FailureRule as Rule } from '../server/failure-rules.ts'
import type { Fields } from './paypal-object.ts'

/** One way for a request to fail: another answer, another page, or a fault of its delivery. */
export type Failure = AnswerFailure | PageFailure | DeliveryFailure

export type FailureRule = Rule<Failure>

/** An answer in place of the real one. */
export type AnswerFailure =
  | {
      readonly kind: 'error'
      readonly status: number
      /** Fields of the error. Default: what PayPal says for the status. */
      readonly error?: Fields
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'token-expired' | 'token-unknown' | 'not-authorized' | 'not-found' | 'data-not-available' }
  | { readonly kind: 'result-set-too-large'; readonly total?: number }
  | { readonly kind: 'rate-limited'; readonly retryAfter?: number }
  | { readonly kind: 'error-in-200' | 'not-a-list' }
  | ProxyFailure

/** A page with other items than it should have. */
export type PageFailure =
  /** No items, although the totals say that there are some. */
  | { readonly kind: 'empty-more' }
  /** The first page of the list whatever page is asked for. */
  | { readonly kind: 'same-page' }
  /** Other items in the page: objects to serialise, or the raw JSON of the array. The given objects are copies. */
  | { readonly kind: 'items'; readonly items: (objects: readonly Fields[]) => readonly unknown[] | string }

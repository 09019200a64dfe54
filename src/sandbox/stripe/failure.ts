import type { ProxyFailure } from '../server/answer.ts'
import type { DeliveryFailure } from '../server/deliver.ts'
import type { FailureRule as Rule } from '../server/failure-rules.ts'
import type { ErrorBody, LimitReason } from './refusal.ts'
import type { StripeObject } from './resource.ts'

/** One way for a request to fail: another answer, another page, or a fault of its delivery. */
export type Failure = AnswerFailure | PageFailure | DeliveryFailure

export type FailureRule = Rule<Failure>

/** An answer in place of the real one. */
export type AnswerFailure =
  | {
      readonly kind: 'error'
      readonly status: number
      readonly error?: Partial<ErrorBody>
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'key-revoked' | 'account-invalid' | 'missing-scope' }
  /** Stripe answers mostly without a code, sometimes with one. */
  | { readonly kind: 'not-enabled'; readonly code?: string }
  /** As Stripe answers when the cursor's object was deleted, but without the code `resource_missing`. */
  | { readonly kind: 'no-such-cursor' }
  | { readonly kind: 'rate-limited'; readonly reason: LimitReason; readonly retryAfter?: number }
  | { readonly kind: 'lock-timeout'; readonly retryAfter?: number }
  | { readonly kind: 'error-in-200' | 'not-a-list' }
  | ProxyFailure

/** A page with other items than it should have. */
export type PageFailure =
  /** `has_more: true` over no data. */
  | { readonly kind: 'empty-more' }
  /** The first page of the window whatever the cursor is, with `has_more: true`. */
  | { readonly kind: 'same-page' }
  /** Other items in the page: objects to serialise, or the raw JSON of the array. The given objects are copies. */
  | { readonly kind: 'items'; readonly items: (objects: readonly StripeObject[]) => readonly unknown[] | string }

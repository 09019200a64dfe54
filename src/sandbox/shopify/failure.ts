import type { ProxyFailure } from '../server/answer.ts'
import type { DeliveryFailure } from '../server/deliver.ts'
import type { FailureRule as Rule } from '../server/failure-rules.ts'
import type { ShopState } from './refusal.ts'

/** One way for a request to fail: another answer, another page, or a fault of its delivery. */
export type Failure = AnswerFailure | PageFailure | DeliveryFailure

/** Besides the path, a rule can name a field: it is for the queries with that field, because all have one path. */
export type FailureRule = Rule<Failure> & { readonly field?: string }

/** An answer in place of the real one. */
export type AnswerFailure =
  | {
      readonly kind: 'error'
      readonly status: number
      readonly body?: unknown
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'key-revoked' | 'token-expired' | ShopState }
  | { readonly kind: 'rate-limited'; readonly retryAfter?: number }
  /** An answer with status 200 whose only content is an error with this code: THROTTLED, SHOP_INACTIVE, INTERNAL_SERVER_ERROR. */
  | { readonly kind: 'graphql-error'; readonly code: string; readonly message?: string }
  /** One field is null wherever the schema lets it be, with an error for each, as if what holds it could not be reached. */
  | { readonly kind: 'field-failed'; readonly name: string }
  /** The same, because the app is not approved for it: protected customer data. */
  | { readonly kind: 'field-protected'; readonly name: string }
  /** All the data, and an error besides, as for a field that could not be read. */
  | { readonly kind: 'error-beside-data'; readonly code: string; readonly message?: string }
  | { readonly kind: 'not-a-list' | 'no-data' }
  | ProxyFailure

/** A page with other objects than it should have. */
export type PageFailure =
  /** No objects, and a cursor that goes on from here. */
  | { readonly kind: 'empty-more' }
  /** The first page of the list whatever the cursor is, with more behind it. */
  | { readonly kind: 'same-page' }
  /** Other objects in the page. The given objects are copies, as the query asked for them. */
  | { readonly kind: 'items'; readonly items: (objects: readonly unknown[]) => readonly unknown[] }

import { type ProxyFailure, proxyAnswer } from '../server/answer.ts'
import type { DeliveryFailure } from '../server/deliver.ts'
import type { FailureRule } from '../server/failure-rules.ts'
import type { Fields, ListAnswer, Refusals } from './list-answer.ts'

/** One way for a request to fail: another answer, another page, or a fault of its delivery. */
export type RuledFailure = AnswerFailure | PageFailure | DeliveryFailure

export type ListFailureRule = FailureRule<RuledFailure>

/** An answer in place of the real one. */
type AnswerFailure =
  | { readonly kind: 'error'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: 'rate-limited' | 'error-in-200' | 'not-a-list' }
  | ProxyFailure

/** A page with other items than it should have. The function that answers makes it. */
export type PageFailure =
  /** No items, and a cursor that goes on from here. */
  | { readonly kind: 'empty-more' }
  /** The first page of the list whatever the cursor is, with a cursor. */
  | { readonly kind: 'same-page' }
  /** Other items in the page. */
  | { readonly kind: 'items'; readonly items: (objects: readonly Fields[]) => readonly unknown[] }

const pageKinds: ReadonlySet<string> = new Set(['empty-more', 'same-page', 'items'] satisfies PageFailure['kind'][])

export const isPageFailure = (failure: RuledFailure | undefined): failure is PageFailure =>
  failure !== undefined && pageKinds.has(failure.kind)

/** The answer that a failure has in place of the real one; undefined if it leaves the answer. `refusals`: those of the API. */
export function failureAnswer(failure: RuledFailure | undefined, refusals: Refusals): ListAnswer | undefined {
  const failed = refusals['the provider fails'] ?? { body: {} }
  switch (failure?.kind) {
    case 'error':
      return { status: failure.status, body: failed.body, ...(failure.headers && { headers: failure.headers }) }
    case 'rate-limited':
      return { status: 429, body: refusals['too many requests']?.body ?? {} }
    case 'error-in-200':
      return { body: failed.body }
    case 'not-a-list':
      return refusals['the answer is JSON of another shape'] ?? { body: {} }
    case 'html':
    case 'empty-body':
    case 'redirect': {
      const { status, headers, body } = proxyAnswer(failure)
      return { status, headers, text: String(body) }
    }
    default:
      return undefined
  }
}

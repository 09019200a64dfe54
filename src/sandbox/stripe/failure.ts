import { fraction, type Random } from '../server/random.ts'
import type { RequestSeen } from '../server/traffic.ts'
import type { ErrorBody, LimitReason } from './refusal.ts'
import type { StripeObject } from './resource.ts'

/** One way for a request to go wrong. The first group replaces the answer, the second changes a page, the third its delivery. */
export type Failure =
  | {
      readonly kind: 'error'
      readonly status: number
      readonly error?: Partial<ErrorBody>
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'key-revoked' | 'account-invalid' | 'missing-scope' | 'not-enabled' }
  | { readonly kind: 'rate-limited'; readonly reason: LimitReason; readonly retryAfter?: number }
  | { readonly kind: 'lock-timeout'; readonly retryAfter?: number }
  /** What a load balancer says: 502 and a page of HTML. */
  | { readonly kind: 'html'; readonly status?: number }
  | { readonly kind: 'empty-body'; readonly status?: number }
  | { readonly kind: 'error-in-200' | 'not-a-list' }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** `has_more: true` over no data. */
  | { readonly kind: 'empty-more' }
  /** The first page of the window whatever the cursor says, with `has_more: true`. */
  | { readonly kind: 'same-page' }
  /** Other items in the page: objects to serialise, or the raw JSON of the array. The objects are copies. */
  | { readonly kind: 'items'; readonly items: (objects: readonly StripeObject[]) => readonly unknown[] | string }
  /** Half the body: `early` promises all of it and destroys the connection, `clean` ends as if that were all. */
  | { readonly kind: 'truncated'; readonly close?: 'early' | 'clean' }
  | { readonly kind: 'slow-headers' | 'slow-body'; readonly ms: number }
  /** No answer until the client or the sandbox gives up. */
  | { readonly kind: 'hang' }
  /** A TCP reset instead of an answer. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'gzip' }
  /** The answer with a field `padding` of so many bytes. */
  | { readonly kind: 'huge'; readonly bytes: number }

/** When a failure happens. Only requests that were authenticated and that the limiter let in are counted. */
export type FailureRule = Failure & {
  /** The exact path, or an expression for the path with its query. Absent: every request. */
  readonly path?: string | RegExp
  /** Spare the first so many requests that match. */
  readonly after?: number
  /** Fail at most so many. Absent: from now on. */
  readonly times?: number
  /** Fail one in so many, by the seed of the sandbox: 0.1 is about every tenth. */
  readonly probability?: number
}

export interface Failures {
  add(rule: FailureRule): () => void
  /** The failure of the first rule that is due; one request has at most one. */
  next(request: RequestSeen): Failure | undefined
}

export function createFailures(random: Random): Failures {
  const rules = new Set<{ readonly rule: FailureRule; matched: number; fired: number }>()
  return {
    add(rule) {
      const entry = { rule, matched: 0, fired: 0 }
      rules.add(entry)
      return () => void rules.delete(entry)
    },
    next(request) {
      let due: Failure | undefined
      for (const entry of rules) {
        const { path, after = 0, times = Number.POSITIVE_INFINITY, probability = 1 } = entry.rule
        if (!matches(path, request) || entry.matched++ < after || due || entry.fired >= times) continue
        if (probability < 1 && fraction(random) >= probability) continue
        entry.fired++
        due = entry.rule
      }
      return due
    },
  }
}

function matches(path: string | RegExp | undefined, request: RequestSeen): boolean {
  if (path === undefined) return true
  if (typeof path === 'string') return path === request.path
  path.lastIndex = 0
  return path.test(request.url)
}

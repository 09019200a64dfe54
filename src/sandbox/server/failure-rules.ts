import { fraction, type Random } from './random.ts'
import type { RequestSeen } from './traffic.ts'

/** A failure and when it happens. Only requests that were authenticated and that the limiter let in are counted. */
export type FailureRule<Failure> = Failure & {
  /** The exact path, or an expression for the path with its query. Absent: every request. */
  readonly path?: string | RegExp
  /** The first so many matching requests succeed. */
  readonly after?: number
  /** At most so many requests fail. Absent: all from now on. */
  readonly times?: number
  /** The share of matching requests that fail, drawn by the sandbox's seed: 0.1 is about every tenth. */
  readonly probability?: number
}

export interface FailureRules<Failure> {
  /** Returns a function that removes the rule. */
  add(rule: FailureRule<Failure>): () => void
  /** The failure of the first rule that applies; a request has at most one. */
  next(request: RequestSeen): Failure | undefined
}

export function createFailureRules<Failure>(random: Random): FailureRules<Failure> {
  const entries = new Set<{ readonly rule: FailureRule<Failure>; matched: number; fired: number }>()
  return {
    add(rule) {
      const entry = { rule, matched: 0, fired: 0 }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    next(request) {
      let failure: Failure | undefined
      for (const entry of entries) {
        const { path, after = 0, times = Number.POSITIVE_INFINITY, probability = 1 } = entry.rule
        if (!matches(path, request) || entry.matched++ < after || failure || entry.fired >= times) continue
        if (probability < 1 && fraction(random) >= probability) continue
        entry.fired++
        failure = entry.rule
      }
      return failure
    },
  }
}

function matches(path: string | RegExp | undefined, request: RequestSeen): boolean {
  if (path === undefined) return true
  if (typeof path === 'string') return path === request.path
  path.lastIndex = 0
  return path.test(request.url)
}

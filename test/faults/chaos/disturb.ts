import type { FailureRule } from '../../../src/sandbox/stripe/index.ts'
import type { createRandom } from '../../support/random.ts'
import type { PostgresProxy } from '../postgres-proxy.ts'
import type { QueueFate, QueueProxy } from '../queue-proxy.ts'

/** What is to be disturbed; the others are left alone. */
interface Ways {
  readonly postgres?: PostgresProxy | undefined
  readonly queue?: QueueProxy | undefined
  readonly sandbox?: { fail(rule: FailureRule): () => void } | undefined
}

interface Disturbance {
  readonly random: ReturnType<typeof createRandom>
  /** The share of statements, calls to the queue and requests to the provider that go wrong. */
  readonly rate: number
}

/** How many calls went wrong, by whose they were. */
export interface Disturbed {
  postgres: number
  queue: number
}

/** Of statements, calls to the queue and requests to the provider so many go wrong from now on, drawn by the seed. */
export function disturb({ postgres, queue, sandbox }: Ways, { random, rate }: Disturbance): Disturbed {
  const disturbed = { postgres: 0, queue: 0 }
  postgres?.decide(() => {
    if (!random.chance(rate)) return 'pass'
    disturbed.postgres++
    return random.pick(['cut-before', 'cut-after'] as const)
  })
  queue?.decide(() => {
    if (!random.chance(rate)) return 'pass'
    disturbed.queue++
    return random.pick<QueueFate>(['cut-before', 'cut-after', 'twice', 'refuse', 20 + random.below(200)])
  })
  for (const rule of faultsOfProvider) sandbox?.fail({ ...rule, probability: rate / faultsOfProvider.length })
  return disturbed
}

/** Each as likely as the others; only before an answer, since a read that is done twice is the same as one. */
const faultsOfProvider: readonly FailureRule[] = [
  { kind: 'error', status: 500 },
  { kind: 'error', status: 503, headers: { 'Retry-After': '0' } },
  { kind: 'reset' },
  { kind: 'truncated', close: 'early' },
  { kind: 'truncated', close: 'clean' },
  { kind: 'html' },
  { kind: 'html', status: 200 },
  { kind: 'empty-body' },
  { kind: 'not-a-list' },
  { kind: 'error-in-200' },
  { kind: 'lock-timeout' },
  { kind: 'rate-limited', reason: 'endpoint-rate' },
  { kind: 'slow-body', ms: 100 },
  { kind: 'slow-headers', ms: 200 },
]

import type { Failure } from '../../src/sandbox/stripe/index.ts'
import type { FailureKind } from '../contracts/exercise-provider.ts'

/** How the sandbox fails in each of the ways that every provider has. */
export const failures: Readonly<Record<FailureKind, Failure>> = {
  'the key is refused': { kind: 'key-revoked' },
  'the key may not read this': { kind: 'missing-scope' },
  'too many requests': { kind: 'rate-limited', reason: 'endpoint-rate' },
  'the provider fails': { kind: 'error', status: 500 },
  'the answer is no JSON': { kind: 'html' },
  'the answer ends early': { kind: 'truncated' },
  'the answer is JSON of another shape': { kind: 'not-a-list' },
  'the connection is reset': { kind: 'reset' },
}

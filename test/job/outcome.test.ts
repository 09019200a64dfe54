import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { type Disposition, disposition, type Outcome } from '../../src/job/outcome.ts'

const down = new SyncError('retry', 'provider_unavailable', 'stripe: not available')
const revoked = new SyncError('reject', 'bad_credentials', 'stripe: the key is not accepted')
const garbled = new SyncError('unreadable', 'unreadable_message', 'message: the body is not JSON')

type Cases<Kind extends Outcome['kind']> = readonly (readonly [
  Omit<Extract<Outcome, { kind: Kind }>, 'kind'>,
  Disposition,
])[]
const again = (delaySeconds: number): Disposition => ({ kind: 'send-again', delaySeconds })
const redeliver = (delaySeconds: number): Disposition => ({ kind: 'redeliver', delaySeconds })

const table: { readonly [Kind in Outcome['kind']]: Cases<Kind> } = {
  completed: [[{}, { kind: 'acknowledge' }]],
  finished: [[{}, { kind: 'acknowledge' }]],
  paused: [[{}, again(0)]],
  busy: [
    [{ waitSeconds: 42 }, again(42)],
    [{ waitSeconds: 0.2 }, again(1)],
    [{ waitSeconds: -3 }, again(0)],
    // The transport bounds it: SQS at 900 s.
    [{ waitSeconds: 900.5 }, again(901)],
    [{ waitSeconds: Number.POSITIVE_INFINITY }, again(Number.POSITIVE_INFINITY)],
  ],
  failed: [
    [{ error: down, final: false, waitSeconds: 12.1 }, redeliver(13)],
    [{ error: down, final: false, waitSeconds: 0 }, redeliver(0)],
    [{ error: down, final: false, waitSeconds: 5_000 }, redeliver(5_000)],
    [{ error: down, final: false, waitSeconds: 12.1, stored: true }, redeliver(13)],
    [{ error: down, final: true, waitSeconds: 12 }, { kind: 'acknowledge' }],
    [{ error: revoked, final: true, waitSeconds: 0 }, { kind: 'acknowledge' }],
    // The row could not be written: the verdict is not evidence, the message is.
    [{ error: revoked, final: false, waitSeconds: 60 }, redeliver(60)],
  ],
  unreadable: [
    [{ error: garbled }, { kind: 'dead-letter', code: 'unreadable_message', reason: 'message: the body is not JSON' }],
  ],
}

describe('what becomes of the message of a job that', () => {
  it.each(Object.entries(table))('is %s', (kind, cases) => {
    for (const [rest, expected] of cases) expect(disposition({ kind, ...rest } as Outcome, 1)).toEqual(expected)
  })

  const failed: Outcome = { kind: 'failed', error: down, final: false, waitSeconds: 12, stored: true }
  it('is failed and counts its attempts in its row: from the second receive on it is sent again', () => {
    expect([1, 2, 12].map((receiveCount) => disposition(failed, receiveCount))).toEqual([
      redeliver(12),
      again(12),
      again(12),
    ])
  })

  it('is failed without its row being written: the queue counts', () => {
    const { stored: _, ...unstored } = failed
    expect(disposition(unstored, 5)).toEqual(redeliver(12))
  })

  it('is failed for good: acknowledged at any receive', () => {
    expect(disposition({ ...failed, final: true }, 5)).toEqual({ kind: 'acknowledge' })
  })
})

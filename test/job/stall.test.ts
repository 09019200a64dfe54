import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import type { Delivery, Session } from '../../src/job/session.ts'
import { refuseDying, waitOrStall } from '../../src/job/stall.ts'
import { trackWaits } from '../../src/job/waits.ts'

const delivery = { remainingMs: 12_400 } as Delivery

/** A delivery that ends, of a job with so many deliveries in a row that ended without a commit. */
function ending({
  stalled = 1,
  commits = 0,
  unanswered = [] as readonly string[],
  waitsFor = null as string | null,
} = {}) {
  const waits = trackWaits(() => 5_000, null)
  for (const endpoint of unanswered) waits.watch(endpoint).onCall()
  if (waitsFor !== null)
    waits.watch('customers').onFailure({ error: new SyncError('retry', 'rate_limited', waitsFor), ms: 1, since: 4_000 })
  const session = {
    job: { stalled },
    counts: { commits },
    waits,
    claimedAt: 1_000,
    request: { providerName: 'stripe' },
  }
  return waitOrStall(session as unknown as Session, delivery)
}

/** The sentence of the error that the job fails with. */
function failing(stalling: Parameters<typeof ending>[0]): string {
  try {
    ending(stalling)
  } catch (error) {
    expect(error).toMatchObject({ verdict: 'reject', code: 'stalled' })
    return (error as SyncError).message
  }
  throw new Error('the job does not fail')
}

test('a job whose workers died ten times is worked on, and the eleventh time it fails and says so', () => {
  const refuse = (stalled: number) => refuseDying({ job: { stalled } } as Session)
  expect(() => refuse(10)).not.toThrow()
  expect(() => refuse(11)).toThrow(
    new SyncError(
      'reject',
      'stalled',
      'job: 11 deliveries in a row ended without a commit. Their workers died. Give the function more memory, then send the same jobId again.',
    ),
  )
})

test('a delivery without a commit waits for the endpoint that has not answered since the claim', () => {
  expect(ending({ unanswered: ['invoices'] })).toEqual({
    waitingFor: {
      code: 'provider_unreachable',
      message:
        'stripe: the request for "invoices" had no answer when the delivery of 12 s ended. If it goes on, check the network of the worker.',
    },
    since: 1_000,
  })
  expect(ending({ unanswered: ['invoices'], commits: 1 })).toBeNull()
  expect(ending()).toBeNull()
})

test('a call that fails is what the job waits for, whatever else has no answer', () => {
  expect(ending({ waitsFor: 'stripe: too many requests.', unanswered: ['invoices'], commits: 1 })).toEqual({
    waitingFor: { code: 'rate_limited', message: 'stripe: too many requests.' },
    since: 4_000,
  })
})

test('the third delivery in a row without a commit fails the job, and one with a commit does not', () => {
  expect(ending({ stalled: 2, unanswered: ['invoices'] })).not.toBeNull()
  expect(ending({ stalled: 3, commits: 1 })).toBeNull()
  expect(failing({ stalled: 3 })).toBe(
    'job: 3 deliveries in a row ended without a commit. The last took 12 s and asked for a single item at a time. Give the function more time, or find out why the provider does not answer, then send the same jobId again.',
  )
})

test('a stalled job says whether it was reading, or what it waited for', () => {
  expect(failing({ stalled: 3, unanswered: ['invoices'] })).toContain('asked for a single item at a time.')
  expect(failing({ stalled: 3, waitsFor: 'stripe: too many requests.' })).toContain(
    'waited. stripe: too many requests. Give the function more time',
  )
  expect(failing({ stalled: 3, unanswered: ['account'] })).toContain('the request for "account" had no answer')
})

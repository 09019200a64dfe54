import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { trackWaits } from '../../src/job/waits.ts'

const error = (message: string) => new SyncError('retry', 'provider_unavailable', message)

/** A tracker and the moment it sees. */
function setup(before: Parameters<typeof trackWaits>[1] = null) {
  const clock = { now: 1_000_000 }
  return { clock, waits: trackWaits(() => clock.now, before) }
}

test('a job that waits has one line at once and one a minute, with the failures between', () => {
  const { clock, waits } = setup()
  const customers = waits.watch('customers')
  const lines: unknown[] = []
  for (let second = 0; second < 150; second++) {
    customers.onFailure({ error: error(`x: ${second}`), ms: 1, since: 1_000_000 })
    const due = waits.due()
    if (due) lines.push({ second, failures: due.failures, message: due.error.message })
    clock.now += 1_000
  }
  expect(lines).toEqual([
    { second: 0, failures: 1, message: 'x: 0' },
    { second: 60, failures: 60, message: 'x: 60' },
    { second: 120, failures: 60, message: 'x: 120' },
  ])
})

test('a job whose calls are answered has no line', () => {
  const { waits } = setup()
  const customers = waits.watch('customers')
  customers.onFailure({ error: error('x: down'), ms: 1, since: 1_000_000 })
  customers.onAnswer()
  expect([waits.due(), waits.longest()]).toEqual([null, null])
})

test('the row names the call that has waited longest', () => {
  const { waits } = setup()
  waits.watch('customers').onFailure({ error: error('x: younger'), ms: 1, since: 20 })
  waits.watch('invoices').onFailure({ error: error('x: older'), ms: 1, since: 10 })
  expect(waits.longest()).toEqual({ waitingFor: { code: 'provider_unavailable', message: 'x: older' }, since: 10 })
})

test('a wait of an earlier delivery goes on until a commit', () => {
  const before = { waitingFor: { code: 'rate_limited', message: 'x: before' }, since: 5 }
  const { waits } = setup(before)
  expect(waits.longest()).toEqual(before)
  waits.watch('customers').onFailure({ error: error('x: now'), ms: 1, since: 10 })
  expect(waits.longest()).toEqual({ waitingFor: { code: 'provider_unavailable', message: 'x: now' }, since: 5 })
  waits.progressed()
  expect(waits.longest()).toMatchObject({ since: 10 })
})

test('time in which calls wait counts once, from the first call that fails to the last that is answered', () => {
  const { clock, waits } = setup()
  const [customers, invoices] = [waits.watch('customers'), waits.watch('invoices')]
  customers.onFailure({ error: error('x'), ms: 1, since: 1_000_000 })
  clock.now += 10
  invoices.onFailure({ error: error('x'), ms: 1, since: clock.now })
  clock.now += 10
  customers.onAnswer()
  clock.now += 10
  expect(waits.waitedMs()).toBe(30)
  invoices.onAnswer()
  clock.now += 100
  expect(waits.waitedMs()).toBe(30)
})

test('calls without an answer are named until they have one', () => {
  const { waits } = setup()
  const ended = waits.watch('customers').onCall()
  waits.watch('account').onCall()
  expect(waits.unanswered()).toEqual(['customers', 'account'])
  ended()
  expect(waits.unanswered()).toEqual(['account'])
})

test('a job waits from the first failure of a call until its answer, and not before', () => {
  const waits = trackWaits(() => 0, null)
  const watch = waits.watch('customers')
  expect(waits.isWaiting()).toBe(false)
  const error = new SyncError('retry', 'provider_unavailable', 'stripe: Stripe failed.')
  watch.onFailure({ error, ms: 100, since: 0 })
  expect(waits.isWaiting()).toBe(true)
  watch.onAnswer()
  expect(waits.isWaiting()).toBe(false)
})

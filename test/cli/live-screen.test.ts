import { PassThrough } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { inSeconds, percentile, spread } from '../../src/cli/live/latencies.ts'
import { linesOf, openLiveScreen, type ShownEvent } from '../../src/cli/live/screen.ts'

const at = new Date(2026, 10, 29, 14, 3, 7)
const event = (more: Partial<ShownEvent> = {}): ShownEvent => ({
  type: 'customer.updated',
  resource: 'customers',
  id: 'cus_1',
  state: 'written',
  ms: 92,
  ...more,
})

test('an event is a line with its table, its row, what became of it, and how long that took', () => {
  expect(linesOf([event(), event({ resource: null, id: '', state: 'not kept' })], at)).toEqual([
    '  14:03:07  customers            cus_1                       written     0.09 s  customer.updated',
    '  14:03:07  –                                                not kept    0.09 s  customer.updated',
  ])
})

test('the end of a long id is shown', () => {
  const [line] = linesOf([event({ id: 'gid://shopify/SubscriptionContract/5600000019456' })], at)
  expect(line).toContain(' …ionContract/5600000019456  written ')
})

test('more than eight events of a second are one line, with the tables', () => {
  const events = Array.from({ length: 9 }, (_, n) => event({ resource: n < 2 ? 'invoices' : 'customers', ms: n * 100 }))
  expect(linesOf(events.slice(0, 8), at)).toHaveLength(8)
  expect(linesOf(events, at)).toEqual(['  14:03:07  9 events: customers 7, invoices 2   p50 0.40 s   p99 0.80 s'])
})

test('without a terminal rows are printed as they come, and the state every ten seconds', () => {
  vi.useFakeTimers()
  try {
    const out = new PassThrough({ encoding: 'utf8' })
    const counts = { changes: 3, sent: 5, committed: 3, dead: 0, waiting: 2, lagMs: 640, latencies: [80, 90, 3_100] }
    const screen = openLiveScreen(out, { now: Date.now, counts: () => counts, note: 'http://127.0.0.1:8484/' })
    out.read()
    vi.advanceTimersByTime(9_000)
    expect(out.read()).toBeNull()
    screen.show([event()])
    screen.tell('a job reads the rest')
    vi.advanceTimersByTime(1_000)
    expect(
      out
        .read()
        ?.split('\n')
        .map((line: string) => line.replace(/\d\d:\d\d:\d\d/, 'TIME')),
    ).toEqual([
      '  TIME  a job reads the rest',
      '  TIME  customers            cus_1                       written     0.09 s  customer.updated',
      '  0:10  3 changes  5 events  2 wait, the oldest 0.64 s  p50 0.09 s  p99 3.10 s  http://127.0.0.1:8484/',
      '',
    ])
    screen.end()
  } finally {
    vi.useRealTimers()
  }
})

test('percentiles are of the values there are', () => {
  expect([percentile([], 0.5), percentile([7], 0.99), percentile([1, 2, 3, 4], 0.5)]).toEqual([null, 7, 3])
  expect(inSeconds(null)).toBe('–')
  expect([4, 92, 640, 12_340].map(inSeconds)).toEqual(['0.004 s', '0.09 s', '0.64 s', '12.3 s'])
  expect(spread([])).toBe('p50 –   p99 –')
})

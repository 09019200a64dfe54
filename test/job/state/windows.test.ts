import { expect, test } from 'vitest'
import { historyStart, windowsOf } from '../../../src/job/state/windows.ts'

const day = 86_400
const now = 1_790_000_000

test('a list without a limit of days is one window, whatever its end', () => {
  expect(windowsOf(undefined, { since: 5, to: null, now })).toEqual([{ from: 5, to: null }])
  expect(windowsOf({}, { since: 5, to: 9, now: 0 })).toEqual([{ from: 5, to: 9 }])
})

test('windows of some days end now or at the end that is asked for, the newest first, without a gap', () => {
  const since = now - 2 * day - 1
  const [first, second] = [now - day, now - 2 * day]
  expect(windowsOf({ maxDays: 1 }, { since, to: null, now })).toEqual([
    { from: first, to: now },
    { from: second, to: first },
    { from: since, to: second },
  ])
  expect(windowsOf({ maxDays: 1 }, { since, to: second, now })).toEqual([{ from: since, to: second }])
})

test('no window is empty', () => {
  expect(windowsOf({ maxDays: 1 }, { since: now - day, to: null, now })).toEqual([{ from: now - day, to: now }])
  expect(windowsOf({ maxDays: 1 }, { since: now, to: now, now })).toEqual([])
})

test('windows of some days without an end need the time', () => {
  expect(() => windowsOf({ maxDays: 1 }, { since: now, to: null, now })).toThrow(RangeError)
  expect(() => windowsOf({ maxDays: 1 }, { since: 0, to: null, now: 0 })).toThrow(RangeError)
})

test('no window is older than the history that the API keeps', () => {
  const begins = now - 3 * day
  expect(historyStart({ historyDays: 3 }, now)).toBe(begins)
  expect([historyStart({}, now), historyStart(undefined, now)]).toEqual([null, null])
  expect(windowsOf({ historyDays: 3 }, { since: 0, to: null, now })).toEqual([{ from: begins, to: null }])
  expect(windowsOf({ historyDays: 3 }, { since: begins + 1, to: null, now })).toEqual([{ from: begins + 1, to: null }])
})

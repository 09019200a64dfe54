import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchTime } from '../../src/job/deadline.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Seconds after which no new page is started, and pages in flight are given up. */
function ends(left: Parameters<typeof watchTime>[0]) {
  const began = Date.now()
  const seen = { drainSignal: Number.POSITIVE_INFINITY, abortSignal: Number.POSITIVE_INFINITY }
  const deadline = watchTime(left)
  for (const name of ['drainSignal', 'abortSignal'] as const)
    deadline[name].addEventListener('abort', () => {
      seen[name] = (Date.now() - began) / 1_000
    })
  vi.advanceTimersByTime(3_600_000)
  deadline.close()
  return { drain: seen.drainSignal, abort: seen.abortSignal, over: deadline.jobOver() }
}

test('an invocation drains half a minute before its end and aborts ten seconds before', () => {
  expect(ends({ invocation: 900_000, job: Number.POSITIVE_INFINITY })).toEqual({ drain: 870, abort: 890, over: false })
})

test('a short one keeps a third and a ninth of its time', () => {
  expect(ends({ invocation: 9_000, job: Number.POSITIVE_INFINITY })).toEqual({ drain: 6, abort: 8, over: false })
})

test('a job whose time is over has as long to finish its pages as at the end of an invocation', () => {
  expect(ends({ invocation: 900_000, job: 60_000 })).toEqual({ drain: 60, abort: 80, over: true })
})

test('the time of a job goes on as long as the job has waited for an outage', () => {
  let waited = 0
  const deadline = watchTime({ invocation: 900_000, job: 60_000 }, undefined, () => waited)
  vi.advanceTimersByTime(30_000)
  waited = 45_000
  vi.advanceTimersByTime(74_000)
  expect(deadline.jobOver()).toBe(false)
  waited = 50_000
  vi.advanceTimersByTime(5_000)
  expect(deadline.jobOver()).toBe(false)
  vi.advanceTimersByTime(1_000)
  expect([deadline.jobOver(), deadline.drainSignal.aborted, deadline.abortSignal.aborted]).toEqual([true, true, false])
  vi.advanceTimersByTime(20_000)
  expect(deadline.abortSignal.aborted).toBe(true)
  deadline.close()
})

test('a job without any time left starts no page', () => {
  const deadline = watchTime({ invocation: 900_000, job: 0 })
  expect([deadline.jobOver(), deadline.drainSignal.aborted]).toEqual([true, true])
  deadline.close()
})

test('a limit of more than 24 days is none, since a timer of Node would end it at once', () => {
  const timers = (job: number) => {
    const deadline = watchTime({ invocation: Number.POSITIVE_INFINITY, job })
    const count = vi.getTimerCount()
    deadline.close()
    return count
  }
  expect([timers(2 ** 31 - 1), timers(2 ** 31), timers(2 ** 31 + 1)]).toEqual([1, 0, 0])
})

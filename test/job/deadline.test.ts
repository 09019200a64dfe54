import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchTime } from '../../src/job/deadline.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Seconds after which fetching is stopped and cut. */
function ends(left: Parameters<typeof watchTime>[0]) {
  const began = Date.now()
  const seen = { stop: Number.POSITIVE_INFINITY, cut: Number.POSITIVE_INFINITY }
  const deadline = watchTime(left)
  for (const name of ['stop', 'cut'] as const)
    deadline[name].addEventListener('abort', () => {
      seen[name] = (Date.now() - began) / 1_000
    })
  vi.advanceTimersByTime(3_600_000)
  deadline.close()
  return { ...seen, over: deadline.jobOver() }
}

test('an invocation stops half a minute before its end and is cut ten seconds before', () => {
  expect(ends({ invocation: 900_000, job: Number.POSITIVE_INFINITY })).toEqual({ stop: 870, cut: 890, over: false })
})

test('a short one keeps a third and a ninth of its time', () => {
  expect(ends({ invocation: 9_000, job: Number.POSITIVE_INFINITY })).toEqual({ stop: 6, cut: 8, over: false })
})

test('a job whose time is over has as long to finish its pages as at the end of an invocation', () => {
  expect(ends({ invocation: 900_000, job: 60_000 })).toEqual({ stop: 60, cut: 80, over: true })
})

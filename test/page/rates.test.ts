import { expect, test } from 'vitest'
import { createRates } from '../../src/page/rates.ts'

function rates() {
  let now = 0
  const { rate } = createRates(() => now)
  return (ms: number, fetched: number, average = 0) => {
    now = ms
    return Math.round(rate({ id: 'a', fetched }, average))
  }
}

test('a job that is seen for the first time has its average rate', () => {
  expect(rates()(0, 5_000, 250)).toBe(250)
})

test('a steady job has its own rate after some seconds, whatever its average was', () => {
  const at = rates()
  at(0, 0, 10)
  for (let second = 1; second <= 30; second++) at(second * 1_000, second * 500)
  expect(at(31_000, 15_500)).toBeGreaterThan(490)
  expect(at(32_000, 16_000)).toBeLessThanOrEqual(500)
})

test('the rate of a job that stands still goes to zero', () => {
  const at = rates()
  at(0, 0, 1_000)
  for (let second = 1; second <= 60; second++) at(second * 1_000, 100)
  expect(at(61_000, 100)).toBe(0)
})

test('two looks in the same moment change nothing', () => {
  const at = rates()
  at(0, 0, 100)
  expect(at(10, 1_000_000)).toBe(100)
})

test('a job that starts over, or was not looked at for long, counts as new', () => {
  const at = rates()
  at(0, 9_000, 100)
  expect(at(1_000, 10, 7)).toBe(7)
  expect(at(100_000, 20, 8)).toBe(8)
})

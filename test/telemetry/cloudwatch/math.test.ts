import { expect, test } from 'vitest'
import { evaluate, type Series } from './math.ts'

/*
 * The examples of AWS's own description.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */

const _ = null
const metric1: Series = [30, 20, 0, 0]
const metric2: Series = [20, _, 20, _]

test.each([
  ['(metric1 < metric2)', [0, 0, 1, 0]],
  ['(metric1 >= 30)', [1, 0, 0, 0]],
  ['(metric1 > 15 AND metric2 > 15)', [1, 0, 0, 0]],
])('compares: %s', (expression, expected) => {
  expect(evaluate(expression, { metric1, metric2 })).toEqual(expected)
})

const conditions: Readonly<Record<string, Series>> = {
  metric1: [1, 1, 0, 0, _],
  metric2: [30, _, 0, 0, 30],
  metric3: [0, 0, 20, _, 20],
}

test.each([
  ['IF(metric1, metric2, metric3)', [30, 0, 20, _, _]],
  ['IF(metric1, 5, metric3)', [5, 5, 20, _, _]],
  ['IF(metric1, metric2, 5)', [30, 0, 5, 5, _]],
])('chooses: %s', (expression, expected) => {
  expect(evaluate(expression, conditions)).toEqual(expected)
})

test.each([
  ['a + b', [3, 1, 2, _]],
  ['a * 2 - 1', [1, 1, _, _]],
  ['10 / a', [10, 10, _, _]],
  ['a / (b - 2)', [_, _, _, _]],
  ['DIFF(c)', [_, 4, _, -2]],
  ['FILL(a, 0)', [1, 1, 0, 0]],
  ['FILL(a, REPEAT)', [1, 1, 1, 1]],
  ['MAX([a, b, c])', [2, 5, 2, 3]],
])('calculates: %s', (expression, expected) => {
  const metrics = { a: [1, 1, _, _], b: [2, _, 2, _], c: [1, 5, _, 3] }
  expect(evaluate(expression, metrics)).toEqual(expected)
})

test('a word that it does not know is an error, not a quiet alarm', () => {
  expect(() => evaluate('RATE(a)', { a: [1] })).toThrow('RATE')
  expect(() => evaluate('b', { a: [1] })).toThrow('no metric b')
  expect(() => evaluate('a $ 1', { a: [1] })).toThrow('not understood')
})

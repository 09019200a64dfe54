import { expect, test } from 'vitest'
import { type AlarmState, type Evaluation, stateAfter } from './alarm-state.ts'
import type { Series } from './math.ts'

/*
 * The examples of AWS's own description. 0 does not breach, X breaches, - is missing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */

const points = (text: string): Series => text.split(' ').map((point) => (point === '-' ? null : point === 'X' ? 1 : 0))
const before: AlarmState = 'ALARM'
const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const

const threeOfThree: readonly (readonly [string, AlarmState, AlarmState, AlarmState, AlarmState])[] = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', before, 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - - - X', 'INSUFFICIENT_DATA', before, 'ALARM', 'OK'],
  ['X - - - -', 'ALARM', before, 'ALARM', 'OK'],
]
const twoOfThree: typeof threeOfThree = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - X', 'INSUFFICIENT_DATA', before, 'ALARM', 'OK'],
]

const statesFor = (text: string, shape: Pick<Evaluation, 'periods' | 'datapoints'>) =>
  treatments.map((missing) => stateAfter(points(text), { ...shape, threshold: 0.5, missing }, before))

test.each(threeOfThree)('three data points of three: %s', (text, ...states) => {
  expect(statesFor(text, { periods: 3, datapoints: 3 })).toEqual(states)
})

test.each(twoOfThree)('two data points of three: %s', (text, ...states) => {
  expect(statesFor(text, { periods: 3, datapoints: 2 })).toEqual(states)
})

test('an alarm of three periods rings at the third breach in a row, and not for a single one later', () => {
  const values = [2, 4, 4, 4, 5, 2, 1, 2, 4, 2]
  const states = values.map((_, at) =>
    stateAfter(values.slice(0, at + 1), { threshold: 3, periods: 3, datapoints: 3, missing: 'notBreaching' }, 'OK'),
  )
  expect(states.map((state, at) => (state === 'ALARM' ? at : null)).filter((at) => at !== null)).toEqual([3, 4])
})

import type { Series } from './math.ts'

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

export interface Evaluation {
  readonly threshold: number
  /** EvaluationPeriods: N of "M out of N". */
  readonly periods: number
  /** DatapointsToAlarm: M. */
  readonly datapoints: number
  readonly missing: 'missing' | 'ignore' | 'breaching' | 'notBreaching'
}

/** CloudWatch retrieves more data points than it evaluates. How many is not documented; its examples have two more. */
const extraPoints = 2

/**
 * The state of an alarm after the last of these data points, as AWS describes it:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function stateAfter(points: Series, evaluation: Evaluation, before: AlarmState): AlarmState {
  const { threshold, periods, datapoints, missing } = evaluation
  const range = points.slice(-(periods + extraPoints))
  const real = range.filter((point) => point !== null).map((point) => point > threshold)
  const count = (breaching: readonly boolean[]) => breaching.filter(Boolean).length
  const byCount = (breaching: number): AlarmState => (breaching >= datapoints ? 'ALARM' : 'OK')
  // Enough real data points: the missing ones are not needed.
  if (real.length >= periods) return byCount(count(real.slice(-periods)))
  const filled = periods - real.length
  switch (missing) {
    case 'breaching':
      return byCount(count(real) + filled)
    case 'notBreaching':
      return byCount(count(real))
    case 'ignore':
      return real.includes(false) || count(real) >= datapoints ? byCount(count(real)) : before
    case 'missing': {
      if (real.includes(false) || count(real) >= datapoints) return byCount(count(real))
      const [oldest] = range
      return oldest !== null && oldest !== undefined && oldest > threshold ? 'ALARM' : 'INSUFFICIENT_DATA'
    }
  }
}

/** The states of an alarm after each data point. */
export function statesOf(points: Series, evaluation: Evaluation): readonly AlarmState[] {
  const states: AlarmState[] = []
  for (const at of points.keys())
    states.push(stateAfter(points.slice(0, at + 1), evaluation, states.at(-1) ?? 'INSUFFICIENT_DATA'))
  return states
}

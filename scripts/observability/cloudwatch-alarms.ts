import { stringify } from 'yaml'
import type { Absent, Alarm, CloudWatchAlarm, CloudWatchMetric } from './alarm.ts'
import { alarms } from './alarms.ts'

/** infra/alarms.yml: the alarms as CloudFormation, for serverless.yml to include. */
export function cloudWatchAlarms(): string {
  const resources = alarms.flatMap(({ cloudWatch, ...alarm }) =>
    isAbsent(cloudWatch) ? [] : [[alarm.name, resourceOf(alarm, cloudWatch)] as const],
  )
  return stringify({ Resources: Object.fromEntries(resources) }, { lineWidth: 0 })
}

export const isAbsent = (given: object): given is Absent => 'absent' in given

/** The namespace of the worker's metrics: infra/environment.yml gives it to the function. */
export const ownNamespace = `\${self:service}/\${sls:stage}`

function resourceOf({ about }: Pick<Alarm, 'about'>, alarm: CloudWatchAlarm) {
  const { period, metrics, expression, threshold, periods, of = periods, missing = 'notBreaching' } = alarm
  // CloudFormation's file of serverless.yml: who is told is checked there.
  const topics = `\${file(infra/alarm-topics.cjs)}`
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: about,
      Metrics: [
        ...Object.entries(metrics).map(([Id, metric]) => ({
          Id,
          MetricStat: { Metric: metricOf(metric), Period: period, Stat: metric.stat },
          ReturnData: false,
        })),
        { Id: 'expression', Expression: expression, Label: about.split('.')[0], ReturnData: true },
      ],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: threshold,
      EvaluationPeriods: of,
      DatapointsToAlarm: periods,
      TreatMissingData: missing,
      AlarmActions: topics,
      ...(missing === 'missing' && { InsufficientDataActions: topics }),
    },
  }
}

function metricOf(metric: CloudWatchMetric) {
  const attribute = (id: string) => ({ 'Fn::GetAtt': [id, 'QueueName'] })
  switch (metric.from) {
    case 'worker':
      return {
        Namespace: ownNamespace,
        MetricName: metric.name,
        Dimensions: Object.entries(metric.labels).map(([Name, Value]) => ({ Name, Value })),
      }
    case 'queue':
    case 'dead letters': {
      const Value = attribute(metric.from === 'queue' ? 'SyncQueue' : 'SyncDeadLetterQueue')
      return { Namespace: 'AWS/SQS', MetricName: metric.name, Dimensions: [{ Name: 'QueueName', Value }] }
    }
    case 'function':
    case 'tick': {
      const Value = { Ref: metric.from === 'function' ? 'SyncLambdaFunction' : 'TickLambdaFunction' }
      return { Namespace: 'AWS/Lambda', MetricName: metric.name, Dimensions: [{ Name: 'FunctionName', Value }] }
    }
  }
}

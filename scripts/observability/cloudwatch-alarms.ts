import { stringify } from 'yaml'
import type { Absent, Alarm, CloudWatchAlarm, CloudWatchMetric, FunctionOf, Part } from './alarm.ts'
import { alarms } from './alarms.ts'

/** infra/alarms.yml: the alarms as CloudFormation, for serverless.yml to include. `part`: those of a part of the stack. */
export function cloudWatchAlarms(part?: Part): string {
  const resources = alarms.flatMap(({ cloudWatch, ...alarm }) =>
    isAbsent(cloudWatch) || alarm.part !== part ? [] : [[alarm.name, resourceOf(alarm, cloudWatch)] as const],
  )
  return stringify({ Resources: Object.fromEntries(resources) }, { lineWidth: 0 })
}

export const isAbsent = (given: object): given is Absent => 'absent' in given

/** The namespace of the worker's metrics: infra/environment.yml gives it to the function. */
export const ownNamespace = `\${self:service}/\${sls:stage}`

function resourceOf({ about }: Pick<Alarm, 'about'>, alarm: CloudWatchAlarm) {
  const { period, metrics, expression, threshold, periods, window = periods, missing = 'notBreaching' } = alarm
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
      EvaluationPeriods: window,
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
    case 'dead letters':
    case 'events queue':
    case 'events dead letters': {
      const Value = attribute(queues[metric.from])
      return { Namespace: 'AWS/SQS', MetricName: metric.name, Dimensions: [{ Name: 'QueueName', Value }] }
    }
    case 'function':
    case 'tick':
    case 'events function':
    case 'receiver': {
      const Value = { Ref: functions[metric.from] }
      return { Namespace: 'AWS/Lambda', MetricName: metric.name, Dimensions: [{ Name: 'FunctionName', Value }] }
    }
  }
}

/** The logical ids of the queues and the functions. */
export const queues = {
  queue: 'SyncQueue',
  'dead letters': 'SyncDeadLetterQueue',
  'events queue': 'EventsQueue',
  'events dead letters': 'EventsDeadLetterQueue',
} as const
export const functions: Readonly<Record<FunctionOf, string>> = {
  function: 'SyncLambdaFunction',
  tick: 'TickLambdaFunction',
  'events function': 'EventsLambdaFunction',
  receiver: 'ReceiverLambdaFunction',
}

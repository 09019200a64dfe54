import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { usePackagedService } from './packaged-service.ts'

const service = usePackagedService()

test('every alarm watches something of this stack, and is quiet while nothing happens', () => {
  const alarms = Object.entries(service.template().Resources).filter(
    ([, { Type }]) => Type === 'AWS::CloudWatch::Alarm',
  )
  const watched = alarms.map(([id, { Properties = {} }]) => {
    const { Namespace, MetricName, Dimensions, Statistic, Threshold, TreatMissingData, ComparisonOperator } = Properties
    expect({ TreatMissingData, ComparisonOperator }).toEqual({
      TreatMissingData: 'notBreaching',
      ComparisonOperator: 'GreaterThanThreshold',
    })
    return [id, `${Namespace} ${MetricName}`, Dimensions, Statistic, Threshold]
  })

  const queue = (id: string) => [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [id, 'QueueName'] } }]
  const fn = [{ Name: 'FunctionName', Value: { Ref: 'SyncLambdaFunction' } }]
  expect(watched).toEqual([
    ['DeadLettersAlarm', 'AWS/SQS ApproximateNumberOfMessagesVisible', queue('SyncDeadLetterQueue'), 'Maximum', 0],
    ['QueueAgeAlarm', 'AWS/SQS ApproximateAgeOfOldestMessage', queue('SyncQueue'), 'Maximum', 1800],
    ['QuietTenantsAlarm', 'AWS/SQS ApproximateAgeOfOldestMessageInQuietGroups', queue('SyncQueue'), 'Maximum', 1200],
    ['CannotWorkAlarm', 'billing-sync/prod CannotWork', [], 'Sum', 0],
    ['ForeignJobsAlarm', 'billing-sync/prod ForeignJobs', [], 'Sum', 0],
    ['OutageAlarm', 'billing-sync/prod Retries', [], 'Sum', 0],
    ['GaveUpAlarm', 'billing-sync/prod GaveUp', [], 'Sum', 0],
    ['ErrorsAlarm', 'AWS/Lambda Errors', fn, 'Sum', 0],
    ['ThrottlesAlarm', 'AWS/Lambda Throttles', fn, 'Sum', 0],
    ['DurationAlarm', 'AWS/Lambda Duration', fn, 'Maximum', 890_000],
    ['SchedulePausedAlarm', 'billing-sync/prod PausedSchedules', [], 'Sum', 0],
    ['TickAlarm', 'AWS/Lambda Errors', [{ Name: 'FunctionName', Value: { Ref: 'TickLambdaFunction' } }], 'Sum', 0],
  ])
})

describe('the filters of the log', () => {
  const filters = () =>
    Object.entries(service.template().Resources)
      .filter(([, { Type }]) => Type === 'AWS::Logs::MetricFilter')
      .map(([id]) => [id, service.resource(id).Properties] as const)
  const matched = (field: string) =>
    filters().flatMap(([, { FilterPattern }]) =>
      [...String(FilterPattern).matchAll(new RegExp(`\\$\\.${field} = "([^"]+)"`, 'g'))].map(([, name]) => name),
    )

  test('match names and codes, never a sentence', () => {
    expect(filters().map(([, { FilterPattern }]) => FilterPattern)).toEqual([
      '{ ($.event = "worker_not_started") || ($.event = "job_not_claimed") }',
      '{ $.code = "job_belongs_to_another" }',
      '{ ($.event = "job_retrying") || (($.event = "request_retrying") && ($.waitMs >= 900000)) }',
      '{ ($.event = "job_failed") && (($.result.error.retryable IS TRUE) || ($.code = "timeout") || ($.code = "stalled")) }',
      '{ $.event = "schedule_paused" }',
    ])
  })

  test('match names that the worker logs, and codes that it refuses a message or ends a job with', async () => {
    const sources = await readdir('src', { recursive: true })
    const paths = sources.filter((path) => path.endsWith('.ts') && path !== 'log/events.ts')
    const texts = await Promise.all(paths.map((path) => readFile(join('src', path), 'utf8')))
    const source = texts.join('\n')

    expect(matched('event')).toHaveLength(6)
    expect(matched('event').filter((name) => !source.includes(`event: '${name}'`))).toEqual([])
    expect(matched('code').filter((name) => !new RegExp(`'(unreadable|reject)',\\s*'${name}'`).test(source))).toEqual(
      [],
    )
  })

  test('feed the metric of their alarm', () => {
    const fed = filters().map(([id, { MetricTransformations }]) => [id, MetricTransformations])
    expect(fed).toMatchObject([
      ['CannotWorkFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'CannotWork' }]],
      ['ForeignJobsFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'ForeignJobs' }]],
      ['OutageFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'Retries' }]],
      ['GaveUpFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'GaveUp' }]],
      ['SchedulePausedFilter', [{ MetricNamespace: 'billing-sync/prod', MetricName: 'PausedSchedules' }]],
    ])
  })
})

test('the dashboard is JSON once its names are filled in', () => {
  const { DashboardBody } = service.resource('SyncDashboard').Properties as { DashboardBody: { 'Fn::Sub': string } }
  expect(JSON.parse(DashboardBody['Fn::Sub'])).toMatchObject({ widgets: { length: 4 } })
})

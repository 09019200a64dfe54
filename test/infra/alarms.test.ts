import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { alarms } from '../../scripts/observability/alarms.ts'
import { isAbsent } from '../../scripts/observability/cloudwatch-alarms.ts'
import { osls, topic, usePackagedService } from './packaged-service.ts'

const service = usePackagedService()

interface AlarmProperties {
  readonly Metrics: readonly {
    readonly Id: string
    readonly Expression?: string
    readonly MetricStat?: { readonly Metric: { readonly Namespace: string } }
  }[]
  readonly Threshold: number
  readonly AlarmActions: unknown
  readonly InsufficientDataActions?: unknown
  readonly TreatMissingData: string
}

const packaged = () =>
  Object.entries(service.template().Resources)
    .filter(([, { Type }]) => Type === 'AWS::CloudWatch::Alarm')
    .map(([id, { Properties }]) => [id, Properties as unknown as AlarmProperties] as const)

test('the stack has each alarm of the list', () => {
  const listed = alarms
    .filter(({ cloudWatch, part }) => !isAbsent(cloudWatch) && part === undefined)
    .map(({ name }) => name)
  expect(listed.length).toBeGreaterThan(15)
  expect(packaged().map(([id]) => id)).toEqual(listed)
})

test('every alarm tells the topic, and those whose metric never stops tell of its end too', () => {
  for (const [, { AlarmActions }] of packaged()) expect(AlarmActions).toEqual([topic])
  const untreated = packaged().filter(([, { TreatMissingData }]) => TreatMissingData !== 'notBreaching')
  expect(untreated.map(([id, { InsufficientDataActions }]) => [id, InsufficientDataActions])).toEqual([
    ['LateSchedulesAlarm', [topic]],
  ])
})

test('the metrics of the worker are in the namespace that the function writes them to', () => {
  const { Variables } = service.resource('SyncLambdaFunction').Properties.Environment as {
    readonly Variables: Readonly<Record<string, string>>
  }
  const namespaces = packaged().flatMap(([, { Metrics }]) =>
    Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric.Namespace ?? []),
  )
  expect([...new Set(namespaces)].sort()).toEqual(['AWS/Lambda', 'AWS/SQS', Variables.Telemetry__Namespace].sort())
})

test('the alarm of the duration counts from the timeout of the function, and the one of the concurrency from its limit', () => {
  const expressionOf = (id: string) =>
    packaged()
      .find(([name]) => name === id)?.[1]
      .Metrics.find(({ Expression }) => Expression)?.Expression
  expect(expressionOf('DurationAlarm')).toBe('milliseconds / 1000 - 900 + 10')
  expect(expressionOf('ConcurrencyAlarm')).toBe('IF(waiting > 0, workers - 10 + 1, 0)')
})

test('stage prod without a topic is not packaged, and says what to name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'no-topic-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await cp('serverless.yml', join(folder, 'serverless.yml'))
  await cp('infra', join(folder, 'infra'), { recursive: true })
  await mkdir(join(folder, 'dist'))
  await writeFile(join(folder, 'dist/handler.cjs'), '')
  const refusal = osls(folder, 'package', '--stage', 'prod').catch(
    (error: { readonly stdout: string; readonly stderr: string }) => {
      throw new Error(error.stdout + error.stderr)
    },
  )
  await expect(refusal).rejects.toThrow(/alarmTopics is empty, so nobody would hear an alarm of stage prod/)
  await osls(folder, 'package', '--stage', 'dev')
})

test('the dashboard is JSON once its names are filled in', () => {
  const { DashboardBody } = service.resource('SyncDashboard').Properties as { DashboardBody: { 'Fn::Sub': string } }
  const { widgets } = JSON.parse(DashboardBody['Fn::Sub'])
  expect(widgets.length).toBeGreaterThan(10)
  expect(DashboardBody['Fn::Sub']).not.toMatch(/\$\{(?:self|sls|param)/)
})

import { stringify } from 'yaml'
import type { CloudWatchMetric } from './alarm.ts'
import { functions, ownNamespace, queues } from './cloudwatch-alarms.ts'
import type { CloudWatchLine } from './graph.ts'
import { graphs } from './graphs.ts'

const region = `\${AWS::Region}`

/**
 * infra/dashboard.yml: the dashboard of CloudWatch. Its body is JSON in which CloudFormation fills in names. A stack with live
 * events has infra/live-events/dashboard.yml in its place, which has their graphs too.
 */
export function cloudWatchDashboard({ hasEvents }: { readonly hasEvents: boolean }): string {
  const widgets = graphs.flatMap(({ title, cloudWatch, part }) =>
    cloudWatch && (hasEvents || part === undefined)
      ? [{ ...place, type: 'metric', properties: metricWidget(title, cloudWatch) }]
      : [],
  )
  const body = JSON.stringify({ widgets: [...widgets, warnings(hasEvents)] }, null, 1)
  const properties = {
    DashboardName: `\${self:service}-\${sls:stage}`,
    DashboardBody: { 'Fn::Sub': body },
  }
  return stringify(
    { Resources: { SyncDashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: properties } } },
    { lineWidth: 0 },
  )
}

const place = { width: 12, height: 6 }

function metricWidget(title: string, lines: readonly CloudWatchLine[]) {
  return { title, region, period: 60, view: 'timeSeries', metrics: lines.map(lineOf) }
}

function lineOf(line: CloudWatchLine): readonly unknown[] {
  if ('metric' in line) {
    const { metric, label } = line
    return [...metricPath(metric), { stat: metric.stat, label }]
  }
  const { search, stat } = line
  const dimensions = [ownNamespace, ...search.by].map((name) => `"${name}"`).join(',')
  return [{ expression: `SEARCH('{${dimensions}} MetricName="${search.name}"', '${stat}', 60)` }]
}

function metricPath(metric: CloudWatchMetric): readonly string[] {
  switch (metric.from) {
    case 'worker':
      return [ownNamespace, metric.name, ...Object.entries(metric.labels).flat()]
    case 'queue':
    case 'dead letters':
    case 'events queue':
    case 'events dead letters':
      return ['AWS/SQS', metric.name, 'QueueName', `\${${queues[metric.from]}.QueueName}`]
    case 'receiver':
      // By name: a stack with live events need not have it.
      return ['AWS/Lambda', metric.name, 'FunctionName', `\${self:service}-\${sls:stage}-receiver`]
    case 'function':
    case 'tick':
    case 'events function':
      return ['AWS/Lambda', metric.name, 'FunctionName', `\${${functions[metric.from]}}`]
  }
}

const warnings = (hasEvents: boolean) => ({
  type: 'log',
  width: 24,
  height: 6,
  properties: {
    title: 'Warnings and errors',
    region,
    view: 'table',
    query: `${(hasEvents ? ['Sync', 'Events'] : ['Sync']).map((name) => `SOURCE '\${${name}LogGroup}'`).join(' | ')} | fields @timestamp, level, event, message, jobId, provider, code | filter level in ['WARN', 'ERROR'] | sort @timestamp desc | limit 50`,
  },
})

import type { MetricName } from '../../src/telemetry/metrics.ts'
import { prometheusName } from '../../src/telemetry/prometheus.ts'
import { deadLetters, eventsDeadLetters, eventsQueue, fn, queue, receiver, worker } from './alarm.ts'
import type { CloudWatchLine, Graph } from './graph.ts'
import { select } from './promql.ts'

const perSecond = (name: MetricName, by: string) => `sum by (${by}) (rate(${select(name)}[5m]))`
const quantile = (name: MetricName, share: number, by: string) =>
  `histogram_quantile(${share}, sum by (le, ${by}) (rate(${select(name, {}, '_bucket')}[5m])))`
const search = (name: MetricName, by: readonly string[], stat = 'Sum'): CloudWatchLine => ({
  search: { name, by },
  stat,
})

/** The graphs of the dashboards, from a message to its rows. */
export const graphs: readonly Graph[] = [
  {
    title: 'Messages',
    unit: 'messages',
    prometheus: [{ expression: `max by (state) (${select('billing_sync.queue.messages')})`, legend: '{{state}}' }],
    cloudWatch: [
      { metric: queue('ApproximateNumberOfMessagesVisible'), label: 'waiting' },
      { metric: queue('ApproximateNumberOfMessagesNotVisible'), label: 'under work or backing off' },
      { metric: queue('ApproximateNumberOfMessagesDelayed'), label: 'delayed' },
      { metric: deadLetters('ApproximateNumberOfMessagesVisible'), label: 'dead letters' },
    ],
  },
  {
    title: 'Age of the oldest message',
    unit: 'seconds',
    prometheus: [{ expression: `max(${select('billing_sync.queue.oldest.age')})`, legend: 'oldest' }],
    cloudWatch: [
      { metric: queue('ApproximateAgeOfOldestMessage'), label: 'oldest' },
      { metric: queue('ApproximateAgeOfOldestMessageInQuietGroups'), label: 'oldest of quiet tenants' },
    ],
  },
  {
    title: 'Workers',
    unit: 'jobs',
    prometheus: [{ expression: `sum by (state) (${select('billing_sync.lanes')})`, legend: '{{state}} lanes' }],
    cloudWatch: [
      { metric: fn('ConcurrentExecutions', 'Maximum'), label: 'at once' },
      { metric: fn('Invocations', 'Sum'), label: 'invocations' },
      { metric: fn('Errors', 'Sum'), label: 'errors' },
      { metric: fn('Throttles', 'Sum'), label: 'throttles' },
      { metric: worker('billing_sync.cannot_work', 'Sum'), label: 'cannot work' },
    ],
  },
  {
    title: 'Deliveries by outcome',
    unit: 'a second',
    prometheus: [{ expression: perSecond('billing_sync.job.outcomes', 'outcome'), legend: '{{outcome}}' }],
    cloudWatch: [search('billing_sync.job.outcomes', ['outcome'])],
  },
  {
    title: 'Failed jobs by kind',
    unit: 'jobs',
    prometheus: [
      { expression: `sum by (kind) (increase(${select('billing_sync.job.failures')}[1h]))`, legend: '{{kind}}' },
    ],
    cloudWatch: [search('billing_sync.job.failures', ['kind'])],
  },
  {
    title: 'Time of a delivery, 95th percentile',
    unit: 'seconds',
    prometheus: [{ expression: quantile('messaging.process.duration', 0.95, 'outcome'), legend: '{{outcome}}' }],
    cloudWatch: [search('messaging.process.duration', ['outcome'], 'p95')],
  },
  {
    title: 'Time of a job, 95th percentile',
    unit: 'seconds',
    prometheus: [{ expression: quantile('billing_sync.job.duration', 0.95, 'provider'), legend: '{{provider}}' }],
    cloudWatch: [search('billing_sync.job.duration', ['provider'], 'p95')],
  },
  {
    title: 'Rows',
    unit: 'a second',
    prometheus: [{ expression: perSecond('billing_sync.rows', 'action'), legend: '{{action}}' }],
    cloudWatch: [search('billing_sync.rows', ['action'])],
  },
  {
    title: 'Requests to providers',
    unit: 'a second',
    prometheus: [
      {
        expression: perSecond('billing_sync.provider.requests', 'provider, status'),
        legend: '{{provider}} {{status}}',
      },
    ],
    cloudWatch: [
      search('billing_sync.provider.requests', ['provider']),
      search('billing_sync.provider.throttled', ['provider']),
    ],
  },
  {
    title: 'Requests refused because of limits',
    unit: 'share',
    prometheus: [
      {
        expression: `${perSecond('billing_sync.provider.throttled', 'provider')} / ${perSecond('billing_sync.provider.requests', 'provider')}`,
        legend: '{{provider}}',
      },
    ],
  },
  {
    title: 'Open jobs',
    unit: 'jobs',
    prometheus: [
      { expression: `max by (status) (${select('billing_sync.jobs')})`, legend: '{{status}}' },
      { expression: `max(${select('billing_sync.jobs.stuck')})`, legend: 'stuck' },
    ],
    cloudWatch: [
      search('billing_sync.jobs', ['status'], 'Maximum'),
      { metric: worker('billing_sync.jobs.stuck', 'Maximum'), label: 'stuck' },
    ],
  },
  {
    title: 'Accounts and schedules',
    unit: 'jobs',
    prometheus: [
      { expression: `max(${select('billing_sync.accounts.stale')})`, legend: 'stale accounts' },
      { expression: `max by (state) (${select('billing_sync.schedules')})`, legend: '{{state}} schedules' },
    ],
    cloudWatch: [
      { metric: worker('billing_sync.accounts.stale', 'Maximum'), label: 'stale accounts' },
      search('billing_sync.schedules', ['state'], 'Maximum'),
    ],
  },
  {
    title: 'Age of the oldest success, and of the latest schedule',
    unit: 'seconds',
    prometheus: [
      { expression: `max(${select('billing_sync.account.sync.age.max')})`, legend: 'last success' },
      { expression: `max(${select('billing_sync.schedules.late')})`, legend: 'due without a job' },
    ],
    cloudWatch: [
      { metric: worker('billing_sync.account.sync.age.max', 'Maximum'), label: 'last success' },
      { metric: worker('billing_sync.schedules.late', 'Maximum'), label: 'due without a job' },
    ],
  },
  {
    title: 'Lost leases, late deliveries, dead letters of the worker, retries',
    unit: 'jobs',
    prometheus: (
      [
        ['billing_sync.lease.lost', 'lost leases'],
        ['billing_sync.deliveries.late', 'late deliveries'],
        ['billing_sync.messages.dead', 'dead letters'],
        ['billing_sync.job.retries', 'retries'],
      ] as const
    ).map(([name, legend]) => ({ expression: `sum(increase(${prometheusName(name)}[1h]))`, legend })),
    cloudWatch: [
      { metric: worker('billing_sync.lease.lost', 'Sum'), label: 'lost leases' },
      { metric: worker('billing_sync.deliveries.late', 'Sum'), label: 'late deliveries' },
      search('billing_sync.messages.dead', ['code']),
      { metric: worker('billing_sync.job.retries', 'Sum'), label: 'retries' },
    ],
  },
  {
    title: 'Live events by outcome',
    part: 'events',
    unit: 'a second',
    prometheus: [{ expression: perSecond('billing_sync.events', 'outcome'), legend: '{{outcome}}' }],
    cloudWatch: [search('billing_sync.events', ['outcome'])],
  },
  {
    title: 'Time of a live event from the queue to its row, 99th percentile',
    part: 'events',
    unit: 'seconds',
    prometheus: [
      { expression: quantile('billing_sync.event.lag', 0.99, 'provider'), legend: '{{provider}}' },
      { expression: `max(${select('billing_sync.events.oldest.age')})`, legend: 'oldest that waits' },
    ],
    cloudWatch: [
      search('billing_sync.event.lag', [], 'p99'),
      { metric: eventsQueue('ApproximateAgeOfOldestMessage'), label: 'oldest that waits' },
    ],
  },
  {
    title: 'Live events that wait, are forged or are dead letters',
    part: 'events',
    unit: 'messages',
    prometheus: [
      { expression: `sum(increase(${select('billing_sync.events', { outcome: 'hidden' })}[1h]))`, legend: 'hidden' },
      {
        expression: `sum(increase(${select('billing_sync.events', { outcome: 'dead' })}[1h]))`,
        legend: 'dead letters',
      },
      { expression: `sum(increase(${select('billing_sync.events.forged')}[1h]))`, legend: 'forged' },
      { expression: `max(${select('billing_sync.events.silent')})`, legend: 'silent accounts' },
    ],
    cloudWatch: [
      { metric: eventsQueue('ApproximateNumberOfMessagesVisible'), label: 'waiting' },
      { metric: eventsQueue('ApproximateNumberOfMessagesNotVisible'), label: 'under work or hidden' },
      { metric: eventsDeadLetters('ApproximateNumberOfMessagesVisible'), label: 'dead letters' },
      { metric: worker('billing_sync.events.forged', 'Sum'), label: 'forged' },
      { metric: worker('billing_sync.events.silent', 'Maximum'), label: 'silent accounts' },
    ],
  },
  {
    title: 'Webhooks by answer',
    part: 'receiver',
    unit: 'a second',
    prometheus: [{ expression: perSecond('billing_sync.webhooks', 'status'), legend: '{{status}}' }],
    cloudWatch: [
      search('billing_sync.webhooks', ['status']),
      { metric: receiver('Url5xxCount', 'Sum'), label: '5xx of the URL' },
    ],
  },
]

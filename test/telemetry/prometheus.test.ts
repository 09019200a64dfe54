import { expect, test } from 'vitest'
import { aboutMetrics } from '../../src/telemetry/about-metrics.ts'
import { createRegistry, prometheusName } from '../../src/telemetry/prometheus.ts'

const linesOf = (text: string, name: string) => text.split('\n').filter((line) => line.includes(name))

test('counters, gauges and distributions are in the text format, with their help', () => {
  const registry = createRegistry()
  const meter = registry.open()
  meter.add('billing_sync.rows', { provider: 'stripe', action: 'created' }, 7)
  meter.add('billing_sync.rows', { provider: 'stripe', action: 'created' }, 1)
  meter.set('billing_sync.queue.messages', { state: 'waiting' }, 5)
  meter.set('billing_sync.queue.messages', { state: 'waiting' }, 3)
  meter.record('messaging.process.duration', { 'messaging.system': 'aws_sqs', outcome: 'paused' }, 900.5)
  meter.flush({ jobId: 'never shown' })
  const text = registry.text()
  expect(linesOf(text, 'billing_sync_rows_total')).toEqual([
    `# HELP billing_sync_rows_total ${aboutMetrics['billing_sync.rows']}`,
    '# TYPE billing_sync_rows_total counter',
    'billing_sync_rows_total{provider="stripe",action="created"} 8',
  ])
  expect(linesOf(text, 'billing_sync_queue_messages{')).toEqual(['billing_sync_queue_messages{state="waiting"} 3'])
  expect(linesOf(text, 'messaging_process_duration_seconds')).toEqual(
    expect.arrayContaining([
      '# TYPE messaging_process_duration_seconds histogram',
      'messaging_process_duration_seconds_bucket{messaging_system="aws_sqs",outcome="paused",le="900"} 0',
      'messaging_process_duration_seconds_bucket{messaging_system="aws_sqs",outcome="paused",le="1800"} 1',
      'messaging_process_duration_seconds_bucket{messaging_system="aws_sqs",outcome="paused",le="+Inf"} 1',
      'messaging_process_duration_seconds_sum{messaging_system="aws_sqs",outcome="paused"} 900.5',
      'messaging_process_duration_seconds_count{messaging_system="aws_sqs",outcome="paused"} 1',
    ]),
  )
  expect(text).not.toContain('never shown')
  expect(text.endsWith('\n')).toBe(true)
})

test('a counter without labels is 0 from the start, so that its first count is an increase', () => {
  expect(linesOf(createRegistry().text(), 'billing_sync_deliveries_late_total').at(-1)).toBe(
    'billing_sync_deliveries_late_total 0',
  )
})

test('a value of a label cannot end the line that it is in', () => {
  const registry = createRegistry()
  registry.open().add('billing_sync.lease.lost', { provider: 'a"} 1\nb\\' })
  expect(linesOf(registry.text(), 'lease_lost_total{')).toEqual([
    'billing_sync_lease_lost_total{provider="a\\"} 1\\nb\\\\"} 1',
  ])
})

test('the scopes of a process add up', () => {
  const registry = createRegistry()
  for (let delivery = 0; delivery < 3; delivery++) {
    const scope = registry.open()
    scope.add('messaging.client.consumed.messages', { 'messaging.system': 'rabbitmq' })
    scope.flush({})
  }
  expect(linesOf(registry.text(), 'consumed_messages_total{')).toEqual([
    'messaging_client_consumed_messages_total{messaging_system="rabbitmq"} 3',
  ])
})

test('the names follow the conventions of Prometheus', () => {
  expect(prometheusName('billing_sync.job.outcomes')).toBe('billing_sync_job_outcomes_total')
  expect(prometheusName('billing_sync.queue.oldest.age')).toBe('billing_sync_queue_oldest_age_seconds')
  expect(prometheusName('billing_sync.jobs.stuck')).toBe('billing_sync_jobs_stuck')
})

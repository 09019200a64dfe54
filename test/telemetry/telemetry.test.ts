import { expect, test } from 'vitest'
import { credentialCodes } from '../../src/error-codes/credentials.ts'
import { createEmfMeters } from '../../src/telemetry/emf.ts'
import { authCodes, failureKind } from '../../src/telemetry/failure-kind.ts'
import { factsOf, type MetricName, metrics } from '../../src/telemetry/metrics.ts'
import { createRegistry } from '../../src/telemetry/prometheus.ts'
import { createTelemetry, type Ending } from '../../src/telemetry/telemetry.ts'

const message = { id: 'm1', queue: 'jobs', attributes: {}, remainingMs: 900_000 }
const job = { jobId: 'j1', tenantId: 't1', provider: 'stripe' }
const ended = (ending: Partial<Ending> = {}): Ending => ({
  outcome: 'completed',
  code: null,
  retryable: false,
  ...ending,
})

function setup() {
  let now = 1_000
  const registry = createRegistry()
  const telemetry = createTelemetry({ meters: registry, system: 'aws_sqs', lanes: 2, now: () => now })
  return {
    telemetry,
    pass(ms: number) {
      now += ms
    },
    counted: (pattern: string) =>
      registry
        .text()
        .split('\n')
        .filter((line) => line.startsWith(pattern)),
  }
}

test('a finished delivery counts once, by the way it ended', () => {
  const { telemetry, pass, counted } = setup()
  const watch = telemetry.watch(message)
  watch.job(job)
  watch.committed({ created: 5, updated: 0, unchanged: 2, deleted: 0, rejected: 1 })
  watch.jobEnded({ status: 'completed', durationMs: 61_000 })
  pass(4_000)
  watch.finished(ended())
  expect(counted('messaging_client_consumed_messages_total')).toEqual([
    'messaging_client_consumed_messages_total{messaging_system="aws_sqs"} 1',
  ])
  expect(counted('messaging_process_duration_seconds_sum')).toEqual([
    'messaging_process_duration_seconds_sum{messaging_system="aws_sqs",outcome="completed"} 4',
  ])
  expect(counted('billing_sync_job_outcomes')).toEqual([
    'billing_sync_job_outcomes_total{provider="stripe",outcome="completed",code="none"} 1',
  ])
  expect(counted('billing_sync_rows')).toEqual([
    'billing_sync_rows_total{provider="stripe",action="created"} 5',
    'billing_sync_rows_total{provider="stripe",action="unchanged"} 2',
    'billing_sync_rows_total{provider="stripe",action="rejected"} 1',
  ])
  expect(counted('billing_sync_job_duration_seconds_sum')).toEqual([
    'billing_sync_job_duration_seconds_sum{provider="stripe",status="completed"} 61',
  ])
  expect(counted('billing_sync_deliveries_late_total')).toEqual(['billing_sync_deliveries_late_total 0'])
})

test('each answer of a provider counts, and what it refused for its limits counts besides', () => {
  const { telemetry, counted } = setup()
  const watch = telemetry.watch(message)
  watch.job(job)
  watch.answered({ endpoint: 'customers', code: null, throttled: false, ms: 5 })
  watch.answered({ endpoint: 'customers', code: 'rate_limited', throttled: true, ms: 5 })
  expect(counted('billing_sync_provider')).toEqual([
    'billing_sync_provider_requests_total{provider="stripe",status="ok"} 1',
    'billing_sync_provider_requests_total{provider="stripe",status="rate_limited"} 1',
    'billing_sync_provider_throttled_total{provider="stripe"} 1',
  ])
})

test('a failed job is of the kind of whoever can mend it', () => {
  const { telemetry, counted } = setup()
  const fail = (code: Ending['code'], retryable: boolean) => {
    const watch = telemetry.watch(message)
    watch.job(job)
    watch.finished(ended({ outcome: 'failed', code, retryable }))
  }
  fail('key_not_accepted', false)
  fail('provider_unavailable', true)
  fail('timeout', false)
  fail('invalid_request', false)
  expect(counted('billing_sync_job_failures')).toEqual([
    'billing_sync_job_failures_total{provider="stripe",kind="auth"} 1',
    'billing_sync_job_failures_total{provider="stripe",kind="gave_up"} 2',
    'billing_sync_job_failures_total{provider="stripe",kind="rejected"} 1',
  ])
})

test('an attempt that is made again counts as a retry; a job that could not be claimed as one that the worker cannot work on', () => {
  const { telemetry, counted } = setup()
  const retrying = ended({ outcome: 'retrying', code: 'database_unavailable', retryable: true })
  const first = telemetry.watch(message)
  first.job(job)
  first.finished(retrying)
  const second = telemetry.watch(message)
  second.job(job)
  second.notClaimed()
  second.finished(retrying)
  telemetry.notStarted()
  expect(counted('billing_sync_job_retries')).toEqual([
    'billing_sync_job_retries_total{provider="stripe",code="database_unavailable"} 1',
  ])
  expect(counted('billing_sync_cannot_work')).toEqual([
    'billing_sync_cannot_work_total{reason="job_not_claimed"} 1',
    'billing_sync_cannot_work_total{reason="worker_not_started"} 1',
  ])
})

test('a delivery that ends within ten seconds of its limit is late, whatever the limit is', () => {
  for (const remainingMs of [300_000, 900_000]) {
    const { telemetry, pass, counted } = setup()
    const watch = telemetry.watch({ ...message, remainingMs })
    pass(remainingMs - 9_999)
    watch.finished(ended({ outcome: 'paused' }))
    expect(counted('billing_sync_deliveries_late')).toEqual(['billing_sync_deliveries_late_total 1'])
  }
})

test('lanes are busy from the message to the end of its delivery', () => {
  const { telemetry, counted } = setup()
  expect(counted('billing_sync_lanes')).toEqual([
    'billing_sync_lanes{state="busy"} 0',
    'billing_sync_lanes{state="free"} 2',
  ])
  const watch = telemetry.watch(message)
  expect(counted('billing_sync_lanes{state="free"}')).toEqual(['billing_sync_lanes{state="free"} 1'])
  watch.finished(ended())
  expect(counted('billing_sync_lanes{state="free"}')).toEqual(['billing_sync_lanes{state="free"} 2'])
})

test('a provider that the worker does not have is no label, whatever the message calls it', () => {
  const { telemetry, counted } = setup()
  const watch = telemetry.watch(message)
  watch.job({ ...job, provider: undefined })
  watch.finished(ended({ outcome: 'failed', code: 'unknown_provider' }))
  telemetry.watch(message).finished(ended({ outcome: 'unreadable', code: 'unreadable_message' }))
  expect(counted('billing_sync_job_outcomes')).toEqual([
    'billing_sync_job_outcomes_total{provider="unknown",outcome="failed",code="unknown_provider"} 1',
    'billing_sync_job_outcomes_total{provider="none",outcome="unreadable",code="unreadable_message"} 1',
  ])
  expect(counted('billing_sync_messages_dead')).toEqual([
    'billing_sync_messages_dead_total{code="unreadable_message"} 1',
  ])
})

test('tenant and job are beside the metrics of a document, and in no dimension', () => {
  const lines: string[] = []
  const meters = createEmfMeters({ namespace: 'n', write: (line) => lines.push(line), now: () => 0 })
  const watch = createTelemetry({ meters, system: 'aws_sqs', now: () => 0 }).watch(message)
  watch.job(job)
  watch.finished(ended())
  const [document] = lines.map((line) => JSON.parse(line))
  expect(document).toMatchObject({ messageId: 'm1', jobId: 'j1', tenantId: 't1' })
  expect(JSON.stringify(document._aws)).not.toMatch(/jobId|tenantId|messageId/)
})

test('no metric has a label that names a tenant, an account, a message or a job', () => {
  const names = Object.keys(metrics) as MetricName[]
  expect(names.length).toBeGreaterThan(15)
  const labels = new Set(names.flatMap((name) => factsOf(name).labels))
  expect([...labels].sort()).toEqual([
    'action',
    'code',
    'kind',
    'messaging.system',
    'outcome',
    'provider',
    'reason',
    'state',
    'status',
  ])
  const sets = names.flatMap((name) => (factsOf(name).sets ?? []).map((set) => ({ name, set })))
  expect(sets.filter(({ name, set }) => !set.every((label) => factsOf(name).labels.includes(label)))).toEqual([])
})

test('every code of a key or a secret is of the kind auth, but for an outage of the secret store', () => {
  const passing = ['secret_unavailable', 'account_busy']
  const codes = Object.keys(credentialCodes).filter((code) => !passing.includes(code))
  expect(codes.filter((code) => !(authCodes as ReadonlySet<string>).has(code))).toEqual([])
  expect(failureKind('secret_unavailable', true)).toBe('gave_up')
})

import { expect, test } from 'vitest'
import { createEmfMeters } from '../../src/telemetry/emf.ts'

function setup() {
  const lines: string[] = []
  const meters = createEmfMeters({
    namespace: 'shop/prod',
    write: (line) => lines.push(line),
    now: () => 1_700_000_000_000.4,
  })
  return { meter: meters.open(), documents: () => lines.map((line) => JSON.parse(line)) }
}

test('the measurements of a delivery are one document, with its job beside them', () => {
  const { meter, documents } = setup()
  meter.add('messaging.client.consumed.messages', { 'messaging.system': 'aws_sqs' })
  meter.record('messaging.process.duration', { 'messaging.system': 'aws_sqs', outcome: 'completed' }, 1.5)
  meter.add('billing_sync.rows', { provider: 'stripe', action: 'created' }, 7)
  meter.flush({ jobId: 'j1', tenantId: 't1' })
  const directive = (name: string, unit: string, dimensions: readonly (readonly string[])[]) => ({
    Namespace: 'shop/prod',
    Dimensions: dimensions,
    Metrics: [{ Name: name, Unit: unit }],
  })
  expect(documents()).toEqual([
    {
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          directive('messaging.client.consumed.messages', 'Count', [[]]),
          directive('messaging.process.duration', 'Seconds', [['outcome']]),
          directive('billing_sync.rows', 'Count', [['action']]),
        ],
      },
      jobId: 'j1',
      tenantId: 't1',
      'messaging.system': 'aws_sqs',
      outcome: 'completed',
      provider: 'stripe',
      action: 'created',
      'messaging.client.consumed.messages': 1,
      'messaging.process.duration': 1.5,
      'billing_sync.rows': 7,
    },
  ])
})

test('a counter is summed until it is handed over, and 0 is nothing', () => {
  const { meter, documents } = setup()
  meter.add('billing_sync.rows', { provider: 'stripe', action: 'deleted' }, 0)
  for (const rows of [3, 4]) meter.add('billing_sync.rows', { provider: 'stripe', action: 'created' }, rows)
  meter.flush({})
  meter.flush({})
  expect(documents()).toEqual([expect.objectContaining({ 'billing_sync.rows': 7 })])
})

test('two values of a label are two documents, because a document has one', () => {
  const { meter, documents } = setup()
  meter.add('billing_sync.provider.requests', { provider: 'stripe', status: 'ok' }, 9)
  meter.add('billing_sync.provider.throttled', { provider: 'stripe' }, 2)
  meter.add('billing_sync.provider.requests', { provider: 'stripe', status: 'rate_limited' }, 2)
  meter.flush({})
  expect(documents()).toMatchObject([
    { status: 'ok', 'billing_sync.provider.requests': 9, 'billing_sync.provider.throttled': 2 },
    { status: 'rate_limited', 'billing_sync.provider.requests': 2 },
  ])
})

test('a distribution keeps its values, 100 at most', () => {
  const { meter, documents } = setup()
  for (let value = 0; value < 130; value++)
    meter.record('billing_sync.job.duration', { provider: 'stripe', status: 'completed' }, value)
  meter.flush({})
  const [{ 'billing_sync.job.duration': values }] = documents()
  expect(values).toHaveLength(100)
  expect(values.at(-1)).toBe(129)
})

test('scopes do not see each other', () => {
  const lines: string[] = []
  const meters = createEmfMeters({ namespace: 'n', write: (line) => lines.push(line), now: () => 0 })
  const [first, second] = [meters.open(), meters.open()]
  first.add('billing_sync.lease.lost', { provider: 'stripe' })
  second.flush({})
  expect(lines).toEqual([])
  first.flush({})
  expect(lines).toHaveLength(1)
})

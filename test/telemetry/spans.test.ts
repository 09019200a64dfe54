import {
  type Context,
  context,
  propagation,
  type SpanOptions,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import { openSpans } from '../../src/telemetry/open-spans.ts'

/** A span as an SDK would record it. */
interface Recorded extends SpanOptions {
  readonly name: string
  /** The name of the span that it is a part of; that of the sender as the message has it. */
  readonly parent: unknown
  status?: unknown
  endTime?: unknown
  ended: boolean
}

const fromSender = Symbol('traceparent')

/** Registers what an SDK registers: a tracer that records, and a propagator that reads the message's attributes. */
function registerSdk(): readonly Recorded[] {
  const spans: Recorded[] = []
  const startSpan = (name: string, options: SpanOptions = {}, parent: Context = context.active()) => {
    const above = trace.getSpan(parent) as unknown as { readonly recorded: Recorded } | undefined
    const recorded: Recorded = {
      ...options,
      name,
      parent: above?.recorded.name ?? parent.getValue(fromSender),
      ended: false,
    }
    spans.push(recorded)
    return {
      recorded,
      setAttributes(attributes: object) {
        Object.assign(recorded, { attributes: { ...recorded.attributes, ...attributes } })
      },
      setStatus(status: unknown) {
        recorded.status = status
      },
      end(time?: unknown) {
        recorded.ended = true
        recorded.endTime = time
      },
    }
  }
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan }) } as never)
  propagation.setGlobalPropagator({
    inject() {},
    extract: (within: Context, carrier: unknown, getter: TextMapGetter) =>
      within.setValue(fromSender, getter.get(carrier, 'traceparent')),
    fields: () => ['traceparent'],
  })
  return spans
}

afterEach(() => {
  trace.disable()
  propagation.disable()
  Reflect.deleteProperty(globalThis, Symbol.for('opentelemetry.js.api.1'))
})

const message = { id: 'message-1', queue: 'jobs', attributes: { traceparent: 'of the sender' } }
const metadata = { jobId: 'job-1', tenantId: 'tenant-1' }

test('without an SDK there are no spans, and the work is done all the same', async () => {
  const span = (await openSpans())(message, 'aws_sqs')
  expect(await span.within(async () => 'done')).toBe('done')
  span.part('customers', { began: 1, ended: 2, client: true, code: null })
  span.end({ outcome: 'completed', code: null, provider: 'stripe', metadata, failed: false })
})

test('a delivery is a span of its sender’s trace, and its requests are parts of it', async () => {
  const spans = registerSdk()
  const span = (await openSpans())(message, 'aws_sqs')
  span.part('stripe customers', { began: 1_000, ended: 1_250, client: true, code: null })
  span.part('commit', { began: 1_250, ended: 1_300, client: false, code: null })
  span.end({ outcome: 'completed', code: null, provider: 'stripe', metadata, failed: false })
  expect(spans).toMatchObject([
    {
      name: 'process jobs',
      parent: 'of the sender',
      attributes: {
        'messaging.system': 'aws_sqs',
        'messaging.destination.name': 'jobs',
        'messaging.message.id': 'message-1',
        'billing_sync.outcome': 'completed',
        'billing_sync.provider': 'stripe',
        'billing_sync.job.id': 'job-1',
        'billing_sync.tenant.id': 'tenant-1',
      },
      ended: true,
    },
    { name: 'stripe customers', parent: 'process jobs', startTime: 1_000, endTime: 1_250, ended: true },
    { name: 'commit', parent: 'process jobs', startTime: 1_250, endTime: 1_300, ended: true },
  ])
  expect(spans.map(({ status }) => status)).toEqual([undefined, undefined, undefined])
})

test('a span of what failed has the code of its error', async () => {
  const spans = registerSdk()
  const span = (await openSpans())(message, 'aws_sqs')
  span.part('stripe customers', { began: 1_000, ended: 1_250, client: true, code: 'key_not_accepted' })
  span.end({ outcome: 'failed', code: 'key_not_accepted', provider: 'stripe', metadata, failed: true })
  const failure = {
    attributes: { 'error.type': 'key_not_accepted' },
    status: { code: SpanStatusCode.ERROR, message: 'key_not_accepted' },
  }
  expect(spans).toMatchObject([failure, failure])
})

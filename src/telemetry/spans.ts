import { type Attributes, context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

import type { StartSpan } from './span.ts'

/** Spans by OpenTelemetry's interface alone. What becomes of them is the SDK's business. */
export const startDeliverySpan: StartSpan = ({ id, queue, attributes }, system) => {
  const tracer = trace.getTracer('billing-sync')
  const parent = propagation.extract(context.active(), attributes)
  const named = {
    'messaging.system': system,
    'messaging.destination.name': queue,
    'messaging.message.id': id,
    'messaging.operation.name': 'deliver',
  }
  const span = tracer.startSpan(`process ${queue}`.trimEnd(), { kind: SpanKind.CONSUMER, attributes: named }, parent)
  const inside = trace.setSpan(parent, span)
  return {
    within: (work) => context.with(inside, work),
    part(name, { began, ended, client, code }) {
      const kind = client ? SpanKind.CLIENT : SpanKind.INTERNAL
      const part = tracer.startSpan(name, { kind, startTime: began, ...withError(code) }, inside)
      if (code !== null) part.setStatus({ code: SpanStatusCode.ERROR, message: code })
      part.end(ended)
    },
    end({ outcome, code, provider, metadata, failed }) {
      span.setAttributes({
        'billing_sync.outcome': outcome,
        'billing_sync.provider': provider,
        ...(metadata.jobId && { 'billing_sync.job.id': metadata.jobId }),
        ...(metadata.tenantId && { 'billing_sync.tenant.id': metadata.tenantId }),
        ...withError(code).attributes,
      })
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR, message: code ?? outcome })
      span.end()
    },
  }
}

const withError = (code: string | null): { readonly attributes: Attributes } => ({
  attributes: code === null ? {} : { 'error.type': code },
})

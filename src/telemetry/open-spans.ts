import type { SpanOfDelivery, StartSpan } from './span.ts'

/** Where an SDK of OpenTelemetry registers itself, for each copy of its interface in the process. */
const registered = Symbol.for('opentelemetry.js.api.1')

/** Spans, if the process has an SDK of OpenTelemetry, such as that of a Lambda layer. Otherwise its interface is not loaded. */
export async function openSpans(): Promise<StartSpan> {
  if (!(registered in globalThis)) return () => noSpan
  return (await import('./spans.ts')).startDeliverySpan
}

const noSpan: SpanOfDelivery = { within: (work) => work(), part() {}, end() {} }

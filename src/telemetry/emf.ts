import type { Measurement, Metadata, Meters } from './meter.ts'
import { factsOf, type MetricName } from './metrics.ts'

export interface EmfOptions {
  /** The namespace of the metrics in CloudWatch. */
  readonly namespace: string
  /** Takes a line for the log of the function. */
  write(line: string): void
  /** Milliseconds since 1970. */
  now(): number
}

/** The most values of a metric that CloudWatch takes in one document. */
const mostValues = 100

/**
 * Measurements as CloudWatch's embedded metric format: JSON documents in the log, which CloudWatch turns into metrics. A
 * scope writes its sums when it is flushed, a document or few.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createEmfMeters({ namespace, write, now }: EmfOptions): Meters {
  return {
    open() {
      const sums = new Map<string, Measurement>()
      const put = (
        name: MetricName,
        labels: Measurement['labels'],
        next: (values: readonly number[]) => readonly number[],
      ) => {
        const key = JSON.stringify([name, labels])
        sums.set(key, { name, labels, values: next(sums.get(key)?.values ?? []) })
      }
      return {
        add(name, labels, value = 1) {
          if (value !== 0) put(name, labels, ([sum = 0]) => [sum + value])
        },
        record: (name, labels, value) => put(name, labels, (values) => [...values, value].slice(-mostValues)),
        set: (name, labels, value) => put(name, labels, () => [value]),
        flush(about) {
          for (const document of documentsOf([...sums.values()]))
            write(JSON.stringify(toEmf(document, { namespace, about, at: now() })))
          sums.clear()
        },
      }
    },
  }
}

interface Document {
  /** The labels of all its measurements. */
  readonly labels: Map<string, string>
  readonly measurements: Measurement[]
}

/** As few documents as possible: a document has one value for a label, and one measurement of a metric. */
function documentsOf(measurements: readonly Measurement[]): readonly Document[] {
  const documents: Document[] = []
  for (const measurement of measurements) {
    const free = documents.find((document) => fits(measurement, document))
    const document: Document = free ?? { labels: new Map(), measurements: [] }
    if (!free) documents.push(document)
    document.measurements.push(measurement)
    for (const [label, value] of Object.entries(measurement.labels)) document.labels.set(label, value)
  }
  return documents
}

function fits({ name, labels }: Measurement, document: Document): boolean {
  return (
    document.measurements.every((other) => other.name !== name) &&
    Object.entries(labels).every(([label, value]) => (document.labels.get(label) ?? value) === value)
  )
}

function toEmf(
  { labels, measurements }: Document,
  { namespace, about, at }: { readonly namespace: string; readonly about: Metadata; readonly at: number },
) {
  const directives = measurements.map(({ name }) => {
    const facts = factsOf(name)
    return {
      Namespace: namespace,
      Dimensions: facts.sets ?? [facts.labels],
      Metrics: [{ Name: name, Unit: facts.unit }],
    }
  })
  return {
    _aws: { Timestamp: Math.round(at), CloudWatchMetrics: directives },
    ...about,
    ...Object.fromEntries(labels),
    ...Object.fromEntries(measurements.map(({ name, values }) => [name, values.length === 1 ? values[0] : values])),
  }
}

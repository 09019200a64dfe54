import { aboutMetrics } from './about-metrics.ts'
import type { Meters } from './meter.ts'
import { factsOf, type MetricName, metrics } from './metrics.ts'

/** The measurements of a process, as Prometheus reads them. */
export interface Registry extends Meters {
  /** The text of `/metrics`. */
  text(): string
}

/** The media type of `Registry.text`. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8'

/** Upper bounds of the distributions, in seconds: a request, a delivery and its limit of 15 minutes, a job of a day. */
export const bounds = [0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 14_400, 43_200, 86_400] as const

/** The name of a metric in Prometheus, with the suffixes that its conventions ask for. */
export function prometheusName(name: MetricName): string {
  const { kind, unit } = factsOf(name)
  const total = kind === 'counter' ? '_total' : ''
  return `${underscored(name)}${unit === 'Seconds' ? '_seconds' : ''}${total}`
}

/** The name of a label in Prometheus. */
export const underscored = (name: string): string => name.replaceAll('.', '_')

interface Series {
  readonly labels: Readonly<Record<string, string>>
  /** The value of a counter or a gauge; the sum of a distribution. */
  value: number
  /** How many values of a distribution are at most each bound, and all of them. */
  readonly counts: number[]
}

/** Keeps measurements in memory, for as long as the process lives. Scopes share them. */
export function createRegistry(): Registry {
  const all = new Map<MetricName, Map<string, Series>>()
  const seriesOf = (name: MetricName, labels: Series['labels']): Series => {
    const known = all.get(name) ?? new Map<string, Series>()
    all.set(name, known)
    const key = JSON.stringify(factsOf(name).labels.map((label) => labels[label]))
    const series = known.get(key) ?? { labels, value: 0, counts: Array.from({ length: bounds.length + 1 }, () => 0) }
    known.set(key, series)
    return series
  }
  const scope: ReturnType<Meters['open']> = {
    add(name, labels, value = 1) {
      if (value !== 0) seriesOf(name, labels).value += value
    },
    record(name, labels, value) {
      const series = seriesOf(name, labels)
      series.value += value
      for (const [at, bound] of [...bounds, Number.POSITIVE_INFINITY].entries())
        if (value <= bound) series.counts[at] = (series.counts[at] ?? 0) + 1
    },
    set(name, labels, value) {
      seriesOf(name, labels).value = value
    },
    flush() {},
  }
  // A counter without labels is there from the start, so that its first count is an increase.
  for (const name of names) {
    const { kind, labels } = factsOf(name)
    if (kind === 'counter' && labels.length === 0) seriesOf(name, {})
  }
  return {
    open: () => scope,
    text: () => names.flatMap((name) => familyText(name, [...(all.get(name)?.values() ?? [])])).join(''),
  }
}

const names = Object.keys(metrics).filter((name): name is MetricName => name in metrics)

function familyText(name: MetricName, series: readonly Series[]): string[] {
  if (series.length === 0) return []
  const { kind } = factsOf(name)
  const shown = prometheusName(name)
  const head = `# HELP ${shown} ${aboutMetrics[name]}\n# TYPE ${shown} ${kind}\n`
  const rows = series.flatMap((point) =>
    kind === 'histogram' ? distribution(shown, point) : [row(shown, point.labels, point.value)],
  )
  return [head, ...rows]
}

function distribution(name: string, { labels, value, counts }: Series): string[] {
  const les = [...bounds.map(String), '+Inf']
  return [
    ...les.map((le, at) => row(`${name}_bucket`, { ...labels, le }, counts[at] ?? 0)),
    row(`${name}_sum`, labels, value),
    row(`${name}_count`, labels, counts.at(-1) ?? 0),
  ]
}

function row(name: string, labels: Series['labels'], value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${underscored(label)}="${escaped(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
}

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

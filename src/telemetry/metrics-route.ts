import { prometheusType, type Registry } from './prometheus.ts'

interface RouteOptions {
  readonly registry: Registry
  /** Reads the gauges into the registry. */
  read(): Promise<void>
  /** Milliseconds of a clock that never goes back. */
  now(): number
}

/** The least time between two readings of the gauges, however many collectors ask. */
const freshMs = 15_000

/** The route of `/metrics`. Gauges that cannot be read keep their last values, and counters are there all the same. */
export function metricsRoute({ registry, read, now }: RouteOptions) {
  let reading: Promise<void> | undefined
  let readAt = Number.NEGATIVE_INFINITY
  const refresh = () => {
    if (now() - readAt < freshMs) return reading
    readAt = now()
    reading = read().catch(() => {})
    return reading
  }
  return {
    path: '/metrics',
    async answer(): Promise<{ readonly status: 200; readonly type: string; readonly body: string }> {
      await refresh()
      return { status: 200, type: prometheusType, body: registry.text() }
    },
  } as const
}

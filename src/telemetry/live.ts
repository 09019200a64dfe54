import type { ErrorCode } from '../error-codes/error-codes.ts'
import type { Meters } from './meter.ts'

/** What became of a message of the events queue. */
export interface SettledEvent {
  /** `none` if the message could not be read. */
  readonly provider: string
  readonly outcome: 'applied' | 'skipped' | 'hidden' | 'dead'
  /** Of a dead letter. */
  readonly code: ErrorCode | null
  /** Milliseconds from the queue to the commit. Null if nothing was committed. */
  readonly lagMs: number | null
}

/** Live events in figures. Each call is cheap and never throws. */
export interface LiveTelemetry {
  settled(events: readonly SettledEvent[]): void
  /** The receiver answered a webhook. `provider` is `none` if the path names none. */
  answered(provider: string, status: number): void
  /** The worker could not start, or could not ask the database whose events are. */
  cannotWork(reason: 'worker_not_started' | 'events_failed'): void
}

export function createLiveTelemetry(meters: Meters): LiveTelemetry {
  return {
    settled(events) {
      const meter = meters.open()
      for (const { provider, outcome, code, lagMs } of events) {
        meter.add('billing_sync.events', { provider, outcome })
        if (code === 'forged') meter.add('billing_sync.events.forged', { provider })
        if (lagMs !== null) meter.record('billing_sync.event.lag', { provider }, lagMs / 1_000)
      }
      meter.flush({})
    },
    answered(provider, status) {
      const meter = meters.open()
      meter.add('billing_sync.webhooks', { provider, status: String(status) })
      if (status === 401) meter.add('billing_sync.events.forged', { provider })
      meter.flush({})
    },
    cannotWork(reason) {
      const meter = meters.open()
      meter.add('billing_sync.cannot_work', { reason })
      meter.flush({})
    },
  }
}

import type { Meters } from './meter.ts'

/** The gauges at one moment: what waits, and what is stuck. A null is not known, and is not published. */
export interface GaugeReadings {
  readonly queue: QueueReadings | null
  /** By status. */
  readonly jobs: Readonly<Record<string, number>> | null
  readonly jobsStuck: number | null
  readonly accountsStale: number
  readonly eventsSilent: number
  /** Seconds. */
  readonly accountSyncAgeMax: number | null
  readonly schedules: {
    readonly active: number
    readonly paused: number
    readonly refused: number
    /** Seconds. */
    readonly late: number
  }
  readonly erasures: { readonly waiting: number; readonly dueSoon: number; readonly overdue: number }
}

export interface QueueReadings {
  readonly waiting: number
  readonly inFlight: number | null
  readonly delayed: number | null
  readonly dead: number | null
  /** Seconds. */
  readonly oldestAge: number | null
}

/** Hands over the readings of one moment. */
export function publishGauges(meters: Meters, { queue, jobs, schedules, erasures, ...others }: GaugeReadings): void {
  const meter = meters.open()
  for (const [state, count] of knownStates(queue)) meter.set('billing_sync.queue.messages', { state }, count)
  if (isKnown(queue?.oldestAge)) meter.set('billing_sync.queue.oldest.age', {}, queue.oldestAge)
  for (const [status, count] of Object.entries(jobs ?? {})) meter.set('billing_sync.jobs', { status }, count)
  if (isKnown(others.jobsStuck)) meter.set('billing_sync.jobs.stuck', {}, others.jobsStuck)
  meter.set('billing_sync.accounts.stale', {}, others.accountsStale)
  meter.set('billing_sync.events.silent', {}, others.eventsSilent)
  if (isKnown(others.accountSyncAgeMax)) meter.set('billing_sync.account.sync.age.max', {}, others.accountSyncAgeMax)
  const { late, ...states } = schedules
  for (const [state, count] of Object.entries(states)) meter.set('billing_sync.schedules', { state }, count)
  meter.set('billing_sync.schedules.late', {}, late)
  const requests = { waiting: erasures.waiting, due_soon: erasures.dueSoon, overdue: erasures.overdue }
  for (const [state, count] of Object.entries(requests)) meter.set('billing_sync.erasure.requests', { state }, count)
  meter.flush({})
}

/** The same for the queue of live events. Null if it does not answer. */
export function publishEventsQueue(meters: Meters, queue: QueueReadings | null): void {
  const meter = meters.open()
  for (const [state, count] of knownStates(queue)) meter.set('billing_sync.events.queue.messages', { state }, count)
  if (isKnown(queue?.oldestAge)) meter.set('billing_sync.events.oldest.age', {}, queue.oldestAge)
  meter.flush({})
}

function knownStates(queue: QueueReadings | null): readonly (readonly [state: string, count: number])[] {
  const counts = { waiting: queue?.waiting, in_flight: queue?.inFlight, delayed: queue?.delayed, dead: queue?.dead }
  return Object.entries(counts).flatMap(([state, count]) => (isKnown(count) ? [[state, count] as const] : []))
}

const isKnown = (value: number | null | undefined): value is number => typeof value === 'number'

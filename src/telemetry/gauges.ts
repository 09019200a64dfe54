import type { Meters } from './meter.ts'

/** What stands still or waits, at one moment. Null is what is not known, and is not published. */
export interface GaugeReadings {
  readonly queue: {
    readonly waiting: number
    readonly inFlight: number | null
    readonly delayed: number | null
    readonly dead: number | null
    /** Seconds. */
    readonly oldestAge: number | null
  } | null
  /** By status. */
  readonly jobs: Readonly<Record<string, number>> | null
  readonly jobsStuck: number | null
  readonly accountsStale: number
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

/** Hands over the readings of one moment. */
export function publishGauges(meters: Meters, { queue, jobs, schedules, erasures, ...others }: GaugeReadings): void {
  const meter = meters.open()
  const messages = { waiting: queue?.waiting, in_flight: queue?.inFlight, delayed: queue?.delayed, dead: queue?.dead }
  for (const [state, count] of Object.entries(messages))
    if (isKnown(count)) meter.set('billing_sync.queue.messages', { state }, count)
  if (isKnown(queue?.oldestAge)) meter.set('billing_sync.queue.oldest.age', {}, queue.oldestAge)
  for (const [status, count] of Object.entries(jobs ?? {})) meter.set('billing_sync.jobs', { status }, count)
  if (isKnown(others.jobsStuck)) meter.set('billing_sync.jobs.stuck', {}, others.jobsStuck)
  meter.set('billing_sync.accounts.stale', {}, others.accountsStale)
  if (isKnown(others.accountSyncAgeMax)) meter.set('billing_sync.account.sync.age.max', {}, others.accountSyncAgeMax)
  const { late, ...states } = schedules
  for (const [state, count] of Object.entries(states)) meter.set('billing_sync.schedules', { state }, count)
  meter.set('billing_sync.schedules.late', {}, late)
  const requests = { waiting: erasures.waiting, due_soon: erasures.dueSoon, overdue: erasures.overdue }
  for (const [state, count] of Object.entries(requests)) meter.set('billing_sync.erasure.requests', { state }, count)
  meter.flush({})
}

const isKnown = (value: number | null | undefined): value is number => typeof value === 'number'

import type { ErrorCode } from '../error-codes/error-codes.ts'
import { failureKind } from './failure-kind.ts'
import type { Metadata, Meters } from './meter.ts'
import type { StartSpan } from './span.ts'

/** The metrics that the worker reports to its operators. Each call is cheap and never throws. */
export interface Telemetry {
  /** Begins to watch a delivery, whose watch is told once that it has finished. */
  watch(message: WatchedMessage): DeliveryWatch
  /** The worker could not start. */
  notStarted(): void
}

export interface WatchedMessage {
  readonly id: string
  /** The name of its queue; empty if the transport did not say. */
  readonly queue: string
  /** Headers of the sender. `traceparent` among them makes the delivery a part of the sender's trace. */
  readonly attributes: Readonly<Record<string, string>>
  /** Milliseconds that the delivery may take. */
  readonly remainingMs: number
}

/** Told what happens in one delivery. */
export interface DeliveryWatch {
  /** Runs work as a part of the delivery, so that spans of other libraries belong to it too. */
  within<T>(work: () => Promise<T>): Promise<T>
  /** The message names a job. `provider` is one that the worker has; absent if it has none of that name. */
  job(job: { readonly jobId: string; readonly tenantId: string; readonly provider: string | undefined }): void
  answered(answer: ProviderAnswer): void
  /** Rows of a commit. */
  committed(rows: RowCounts): void
  /** A batch was committed, in one transaction or several. */
  batchCommitted(ms: number): void
  /** The job has waited for its provider for long. At most once a minute. */
  waiting(code: ErrorCode): void
  /** The job could not be claimed in the database. */
  notClaimed(): void
  leaseLost(): void
  /** The row of the job says that it has ended. */
  jobEnded(job: { readonly status: 'completed' | 'failed'; readonly durationMs: number }): void
  finished(ending: Ending): void
}

/** One answer to one request, or its failure. */
export interface ProviderAnswer {
  /** What was asked for, such as the resource. */
  readonly endpoint: string
  /** Null if it succeeded. */
  readonly code: ErrorCode | null
  /** Whether the provider refused it because of its limits. */
  readonly throttled: boolean
  readonly ms: number
}

const actions = ['created', 'updated', 'unchanged', 'deleted', 'rejected'] as const
export type RowCounts = Readonly<Record<(typeof actions)[number], number>>

/** How a delivery ended. */
export interface Ending {
  readonly outcome: 'completed' | 'paused' | 'finished' | 'busy' | 'retrying' | 'failed' | 'unreadable' | 'crashed'
  readonly code: ErrorCode | null
  /** Of a failure: whether the same job may succeed later. */
  readonly retryable: boolean
}

export interface TelemetryOptions {
  readonly meters: Meters
  /** OpenTelemetry's word for the transport: `aws_sqs`, `rabbitmq`. */
  readonly system: string
  /** Messages that the process works on at once. Absent in Lambda, which counts its invocations by itself. */
  readonly lanes?: number
  /** Absent: no spans. */
  readonly startSpan?: StartSpan
  /** Milliseconds since 1970. */
  now(): number
}

/** A delivery that ends later than this before its limit is late. The worker gives up ten seconds before it. */
const lateMs = 10_000

export function createTelemetry({ lanes, ...options }: TelemetryOptions): Telemetry {
  const { meters } = options
  let busy = 0
  const countLanes = (change: number) => {
    busy += change
    if (lanes === undefined) return
    const meter = meters.open()
    meter.set('billing_sync.lanes', { state: 'busy' }, busy)
    meter.set('billing_sync.lanes', { state: 'free' }, lanes - busy)
    meter.flush({})
  }
  countLanes(0)
  return {
    watch(message) {
      countLanes(1)
      const watch = watchDelivery(message, options)
      return {
        ...watch,
        finished(ending) {
          watch.finished(ending)
          countLanes(-1)
        },
      }
    },
    notStarted() {
      const meter = meters.open()
      meter.add('billing_sync.cannot_work', { reason: 'worker_not_started' })
      meter.flush({})
    },
  }
}

function watchDelivery(
  message: WatchedMessage,
  { meters, system, startSpan, now }: Omit<TelemetryOptions, 'lanes'>,
): DeliveryWatch {
  const began = now()
  const meter = meters.open()
  const span = startSpan?.(message, system)
  let metadata: Metadata = { messageId: message.id }
  let provider = 'none'
  let claimed = true
  return {
    within: (work) => (span ? span.within(work) : work()),
    job({ jobId, tenantId, provider: known }) {
      metadata = { ...metadata, jobId, tenantId }
      provider = known ?? 'unknown'
    },
    answered({ endpoint, code, throttled, ms }) {
      meter.add('billing_sync.provider.requests', { provider, status: code ?? 'ok' })
      if (throttled) meter.add('billing_sync.provider.throttled', { provider })
      span?.part(`${provider} ${endpoint}`, { began: now() - ms, ended: now(), client: true, code })
    },
    committed(rows) {
      for (const action of actions) meter.add('billing_sync.rows', { provider, action }, rows[action])
    },
    batchCommitted: (ms) => span?.part('commit', { began: now() - ms, ended: now(), client: false, code: null }),
    waiting: (code) => meter.add('billing_sync.job.retries', { provider, code }),
    notClaimed() {
      claimed = false
      meter.add('billing_sync.cannot_work', { reason: 'job_not_claimed' })
    },
    leaseLost: () => meter.add('billing_sync.lease.lost', { provider }),
    jobEnded: ({ status, durationMs }) =>
      meter.record('billing_sync.job.duration', { provider, status }, durationMs / 1_000),
    finished({ outcome, code, retryable }) {
      const ms = now() - began
      const named = code ?? 'none'
      meter.add('messaging.client.consumed.messages', { 'messaging.system': system })
      meter.record('messaging.process.duration', { 'messaging.system': system, outcome }, ms / 1_000)
      meter.add('billing_sync.job.outcomes', { provider, outcome, code: named })
      if (message.remainingMs - ms < lateMs) meter.add('billing_sync.deliveries.late', {})
      if (outcome === 'failed') meter.add('billing_sync.job.failures', { provider, kind: failureKind(code, retryable) })
      if (outcome === 'retrying' && claimed) meter.add('billing_sync.job.retries', { provider, code: named })
      if (outcome === 'unreadable') meter.add('billing_sync.messages.dead', { code: named })
      meter.flush(metadata)
      span?.end({ outcome, code, metadata, provider, failed: outcome === 'failed' || outcome === 'crashed' })
    },
  }
}

import { fraction, randomStream, seedFor } from '../../src/sandbox/server/random.ts'
import { busyDelivery, continuation, leaseJitter, leaseLeft, longestDelay } from './duration.ts'
import type { DayOptions } from './options.ts'
import { createFairQueue, createPlainQueue } from './queue.ts'
import { createTimeline } from './timeline.ts'
import { dayOfJobs, type Job } from './workload.ts'

/** What became of a day's jobs, in the order they were sent. */
export interface DayResult {
  readonly jobs: readonly Job[]
  /** Deliveries that found their account taken. */
  readonly busyDeliveries: number
  /** Lambda-seconds billed, and those of them spent on finding accounts taken. */
  readonly workedSeconds: number
  readonly busySeconds: number
  /** When the last job ended. */
  readonly endedAt: number
}

/** What a Lambda does until then, with the job in its hands; or a message that becomes visible again. */
type Happening =
  | { readonly kind: 'worked'; readonly job: Job; readonly seconds: number }
  | { readonly kind: 'refused'; readonly job: Job }
  | { readonly kind: 'visible'; readonly job: Job }

/** Share of the Lambdas for the queue of the large, where there are two. */
const shareOfLarge = 0.3

/** Lives through a day until its last job has ended, without a clock: the same options give the same day. */
export function simulateDay(options: DayOptions): DayResult {
  const jobs = dayOfJobs(options)
  const random = randomStream(seedFor(options.seed, 'jitter'))
  const happenings = createTimeline<Happening>()
  const queues = openQueues(options)
  const running = new Set<number>()
  const waiting = new Map<number, number>()
  const sums = { busyDeliveries: 0, workedSeconds: 0, busySeconds: 0, endedAt: 0 }
  let sent = 0
  let lost = 0
  let now = 0

  const queueOf = (job: Job) => queues[job.queue] ?? queues[0]

  function dispatch(): void {
    for (const queue of queues) {
      while (queue.free > 0) {
        const job = queue.messages.receive(now)
        if (!job) break
        queue.free--
        deliver(job)
      }
    }
  }

  function deliver(job: Job): void {
    job.deliveries++
    if (Number.isNaN(job.takenAt)) job.takenAt = now
    if (running.has(job.tenant)) {
      happenings.add(now + busyDelivery, { kind: 'refused', job })
      return
    }
    if (job.waits) wait(job, -1)
    running.add(job.tenant)
    if (Number.isNaN(job.startedAt)) job.startedAt = now
    const seconds = Math.min(options.invocation, job.left)
    happenings.add(now + seconds, { kind: 'worked', job, seconds })
  }

  function wait(job: Job, by: 1 | -1): void {
    job.waits = by === 1
    waiting.set(job.tenant, (waiting.get(job.tenant) ?? 0) + by)
  }

  /** `disposition` of a busy outcome: sent again with a delay, then deleted. */
  function refuse(job: Job): void {
    if (!job.waits) wait(job, 1)
    sums.busyDeliveries++
    sums.busySeconds += busyDelivery
    free(job, busyDelivery)
    sendAgain(job, busyDelay(waiting.get(job.tenant) ?? 1))
  }

  function busyDelay(inLine: number): number {
    const spread = options.busyWait === 'spread' ? Math.max(leaseJitter, inLine) : leaseJitter
    return Math.min(longestDelay, leaseLeft + fraction(random) * spread)
  }

  function worked(job: Job, seconds: number): void {
    running.delete(job.tenant)
    free(job, seconds)
    job.left -= seconds
    if (job.left > 1e-9) {
      job.hops++
      job.left += continuation
      sendAgain(job, 0)
      return
    }
    job.left = 0
    job.endings++
    job.endedAt = now
    sums.endedAt = now
  }

  function sendAgain(job: Job, delay: number): void {
    if (!options.keepsGroup) job.group = -++lost
    happenings.add(now + delay, { kind: 'visible', job })
  }

  function free(job: Job, seconds: number): void {
    const queue = queueOf(job)
    queue.messages.delete(job, now)
    queue.free++
    sums.workedSeconds += seconds
  }

  for (;;) {
    const job = jobs[sent]
    if (job && job.sentAt <= happenings.nextAt()) {
      now = job.sentAt
      sent++
      queueOf(job).messages.arrive(job, now)
    } else {
      const at = happenings.nextAt()
      const happening = happenings.next()
      if (!happening) break
      now = at
      if (happening.kind === 'worked') worked(happening.job, happening.seconds)
      else if (happening.kind === 'refused') refuse(happening.job)
      else queueOf(happening.job).messages.arrive(happening.job, now)
    }
    dispatch()
  }
  return { jobs, ...sums }
}

function openQueues({ group, queues, concurrency }: DayOptions) {
  const open = (free: number) => ({
    free,
    messages: group === 'none' ? createPlainQueue<Job>() : createFairQueue<Job>((job) => job.group),
  })
  if (queues === 1) return [open(concurrency)] as const
  const large = Math.max(1, Math.round(concurrency * shareOfLarge))
  return [open(concurrency - large), open(large)] as const
}

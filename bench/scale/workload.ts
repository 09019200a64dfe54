import { fraction, type Random, randomStream, seedFor } from '../../src/sandbox/server/random.ts'
import { fullSeconds, incrementalSeconds } from './duration.ts'
import type { DayOptions } from './options.ts'
import { largeFrom, largestMonthly, longFrom, smallBelow, tenantSizes } from './tenants.ts'

/** A job and the one message that carries it, however often that is sent again. Seconds since midnight. */
export interface Job {
  readonly tenant: number
  /** Its MessageGroupId; below 0 for a message that has lost it, which is in a group of its own. */
  group: number
  readonly kind: 'incremental' | 'full' | 'backlog'
  readonly small: boolean
  /** Which queue it is sent to; 0 where there is one. */
  readonly queue: number
  readonly sentAt: number
  /** Seconds of work left. */
  left: number
  /** When a worker first had it in hand, and when one first worked on it; NaN until then. */
  takenAt: number
  startedAt: number
  endedAt: number
  /** How often it ended; a job that is neither lost nor done twice ends once. */
  endings: number
  hops: number
  deliveries: number
  /** Found its account taken and has not been worked on since. */
  waits: boolean
}

const hour = 3_600

/** What is needed to send a job. */
interface Sending {
  readonly tenant: number
  readonly size: number
  readonly kind: Job['kind']
  readonly sentAt: number
  readonly left: number
  readonly group?: number
}

/**
 * A day's jobs in the order they are sent: an incremental one a tenant and hour, a full one a tenant and month (the
 * tenants larger than the whale left out), and what the whale and the platform send.
 */
export function dayOfJobs(options: DayOptions): readonly Job[] {
  const { seed, hours, whale, platform } = options
  const random = randomStream(seedFor(seed, 'jobs'))
  const sizes = tenantSizes(options)
  const jobs: Job[] = []
  const send = (sending: Sending) => jobs.push(newJob(sending, options))
  sizes.forEach((size, tenant) => {
    const minute = minuteOf(options, random)
    const left = incrementalSeconds(size, 1)
    for (let at = 0; at < hours; at++)
      send({ tenant, size, kind: 'incremental', sentAt: at * hour + minute + fraction(random), left })
    const fullToday = fraction(random) < hours / (30 * 24)
    const sentAt = fraction(random) * hours * hour
    if (fullToday && size < largestMonthly) send({ tenant, size, kind: 'full', sentAt, left: fullSeconds(size) })
  })
  if (whale) {
    const tenant = nearest(sizes, whale.objects)
    const size = sizes[tenant] ?? 0
    send({ tenant, size, kind: 'full', sentAt: whale.at, left: fullSeconds(size) })
    for (let at = 0; at < whale.backlog; at++)
      send({ tenant, size, kind: 'backlog', sentAt: whale.at + 2 * hour + at / 100, left: incrementalSeconds(size, 0) })
  }
  for (let at = 0; platform && at < platform.accounts; at++) {
    const tenant = options.tenants + at
    const group = options.group === 'owner' ? options.tenants : tenant
    const { objectsEach: size } = platform
    send({ tenant, size, kind: 'backlog', sentAt: platform.at + at / 100, left: fullSeconds(size), group })
  }
  return jobs.sort((left, right) => left.sentAt - right.sentAt)
}

function newJob({ tenant, size, kind, sentAt, left, group = tenant }: Sending, { tenants, queues }: DayOptions): Job {
  // The platform's accounts are no bystanders.
  const small = size < smallBelow && tenant < tenants
  const queue = queues === 2 && (left >= longFrom || size >= largeFrom) ? 1 : 0
  const untouched = { takenAt: Number.NaN, startedAt: Number.NaN, endedAt: Number.NaN, endings: 0, hops: 0 }
  return { tenant, group, kind, small, queue, sentAt, left, ...untouched, deliveries: 0, waits: false }
}

/** Seconds into the hour at which a tenant's jobs are sent. */
function minuteOf({ arrivals }: DayOptions, random: Random): number {
  return fraction(random) * (arrivals === 'spread' ? hour : 60)
}

/** The rank, from 0, of the tenant whose size is the closest. */
function nearest(sizes: Float64Array, objects: number): number {
  const away = (at: number) => Math.abs(Math.log((sizes[at] ?? 1) / objects))
  return sizes.reduce((best, _, at) => (away(at) < away(best) ? at : best), 0)
}

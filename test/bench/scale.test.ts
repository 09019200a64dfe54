import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type DayResult, simulateDay } from '../../bench/scale/day.ts'
import { type DayOptions, standardDay } from '../../bench/scale/options.ts'
import { createFairQueue, createPlainQueue } from '../../bench/scale/queue.ts'
import { delaysOf, quantile, rowOf } from '../../bench/scale/report.ts'
import { createTimeline } from '../../bench/scale/timeline.ts'

/** Three hours of 300 tenants, one of them busy with a full sync and 100 messages more, and an owner of 200 accounts. */
const small: DayOptions = {
  ...standardDay,
  tenants: 300,
  objects: 30e6,
  hours: 3,
  concurrency: 4,
  whale: { objects: 4e6, at: 600, backlog: 100 },
  platform: { accounts: 200, objectsEach: 100_000, at: 3_600 },
}
const p99 = (day: DayResult) => quantile(delaysOf(day), 0.99)

const variants: Record<string, Partial<DayOptions>> = {
  'one plain queue': {},
  'message groups by tenant': { group: 'tenant' },
  'message groups by owner': { group: 'owner' },
  'two queues': { queues: 2 },
  'two queues with groups': { queues: 2, group: 'owner' },
  'waits that are spread': { busyWait: 'spread' },
  'jobs on the hour': { arrivals: 'on the hour' },
}

describe.each(Object.entries(variants))('a day with %s', (_, variant) => {
  const day = simulateDay({ ...small, ...variant })

  it('ends every job that was sent exactly once, all of its work done', () => {
    expect(day.jobs).toHaveLength(300 * 3 + 1 + 100 + 200 + day.jobs.filter(isMonthly).length)
    expect(day.jobs.filter(({ endings, left }) => endings !== 1 || left !== 0)).toEqual([])
    expect(
      day.jobs.filter(
        ({ sentAt, takenAt, startedAt, endedAt }) =>
          !(sentAt <= takenAt && takenAt <= startedAt && startedAt < endedAt),
      ),
    ).toEqual([])
    const deliveries = day.jobs.reduce((sum, job) => sum + job.deliveries, 0)
    const hops = day.jobs.reduce((sum, job) => sum + job.hops, 0)
    expect(deliveries).toBe(day.jobs.length + hops + day.busyDeliveries)
  })

  it('is the same day again, and another with another seed', () => {
    expect(simulateDay({ ...small, ...variant })).toEqual(day)
    expect(simulateDay({ ...small, ...variant, seed: 2 })).not.toEqual(day)
  })

  it('never has two jobs of an account at work, and never more than there are Lambdas', () => {
    const whole = simulateDay({ ...small, ...variant, invocation: Number.POSITIVE_INFINITY })
    const tenants = new Map<number, DayResult['jobs'][number][]>()
    for (const job of whole.jobs) tenants.set(job.tenant, [...(tenants.get(job.tenant) ?? []), job])
    expect([...tenants.values()].map(mostAtOnce).filter((most) => most !== 1)).toEqual([])
    expect(mostAtOnce(whole.jobs)).toBeLessThanOrEqual(small.concurrency)
  })
})

/** A tenant's monthly full job: the whale's own is the one that is sent at its time. */
const isMonthly = (job: DayResult['jobs'][number]) => job.kind === 'full' && job.sentAt !== small.whale?.at

function mostAtOnce(jobs: DayResult['jobs']): number {
  const steps = jobs.flatMap(({ startedAt, endedAt }) => [[startedAt, 1] as const, [endedAt, -1] as const])
  let now = 0
  let most = 0
  for (const [, by] of steps.sort(([left, up], [right, down]) => left - right || up - down)) {
    now += by
    most = Math.max(most, now)
  }
  return most
}

describe('small tenants beside an owner with a backlog', () => {
  const plain = p99(simulateDay(small))

  it('wait long in a plain queue', () => expect(plain).toBeGreaterThan(600))

  it('wait a tenth at most where the owner is the message group', () => {
    expect(p99(simulateDay({ ...small, group: 'owner' }))).toBeLessThan(plain / 10)
  })

  it('wait as long where each of its accounts is a group of its own: none of them is noisy', () => {
    expect(p99(simulateDay({ ...small, group: 'tenant' }))).toBeGreaterThan(plain * 0.8)
  })

  it('do not wait where long jobs have a queue of their own', () => {
    expect(p99(simulateDay({ ...small, queues: 2 }))).toBeLessThan(10)
  })
})

describe('small tenants beside an owner whose jobs go on in several invocations', () => {
  const longJobs = { accounts: 30, objectsEach: 5_000_000, at: 3_600 }
  const day = (keepsGroup: boolean) => simulateDay({ ...small, platform: longJobs, group: 'owner', keepsGroup })

  it('wait longer where a message that is sent again loses its group', () => {
    expect(p99(day(false))).toBeGreaterThan(p99(day(true)) * 1.2)
  })
})

it.each([
  ['An owner of 3,000', 10, 'one queue'],
  ['An owner of 3,000', 10, 'one queue, group = owner'],
  ['An owner of 60', 10, 'the same, lost when sent again'],
] as const)('docs/performance.md has what the simulation gives: %s accounts, %i Lambdas, %s', (...figures) => {
  expect(readFileSync('docs/performance.md', 'utf8')).toContain(`\n${rowOf(standardDay, figures)}\n`)
})

it('a busy account costs a quarter of the deliveries at most where waits are spread over what is waiting', () => {
  const whale = { objects: 10e6, at: 0, backlog: 1_000 }
  const busy = (busyWait: DayOptions['busyWait']) =>
    simulateDay({ ...small, platform: null, whale, busyWait }).busyDeliveries
  expect(busy('spread')).toBeLessThan(busy('lease') / 4)
})

describe('a fair queue', () => {
  const fill = (messages: readonly string[]) => {
    const queue = createFairQueue<string>((message) => message.charCodeAt(0))
    for (const message of messages) queue.arrive(message, 0)
    return queue
  }
  const drain = (queue: ReturnType<typeof fill>, now: number) => {
    const all: string[] = []
    for (let message = queue.receive(now); message !== undefined; message = queue.receive(now)) all.push(message)
    return all
  }

  it('is a queue while nobody is noisy', () => {
    const queue = fill(['a1', 'a2', 'b1', 'a3'])
    expect(drain(queue, 0)).toEqual(['a1', 'a2', 'b1', 'a3'])
  })

  it('serves the quiet first once a group has more than a tenth of the time', () => {
    const queue = fill(['a1'])
    expect(queue.receive(0)).toBe('a1')
    for (const message of ['a2', 'a3', 'b1', 'c1', 'a4', 'b2']) queue.arrive(message, 0)
    expect(drain(queue, 60)).toEqual(['b1', 'c1', 'b2', 'a2', 'a3', 'a4'])
  })

  it('takes 30 messages in flight, and more than a tenth, for noise as well', () => {
    const queue = fill([...Array.from({ length: 40 }, (_, at) => `a${at}`), 'b1'])
    expect(drain(queue, 0).indexOf('b1')).toBe(30)
  })

  it('serves the noisy with the fewest in flight where all are noisy', () => {
    const queue = fill(['a1', 'a2', 'b1'])
    for (let at = 0; at < 3; at++) queue.receive(0)
    for (const message of ['a3', 'a4', 'b2', 'b3']) queue.arrive(message, 0)
    expect(drain(queue, 60)).toEqual(['b2', 'a3', 'b3', 'a4'])
  })

  it('forgives: five minutes times five after it was noisy a group is served in its turn', () => {
    const queue = fill(['a1', 'b1'])
    queue.receive(0)
    queue.receive(0)
    queue.delete('a1', 60)
    for (const message of ['a2', 'c1']) queue.arrive(message, 1_600)
    expect(drain(queue, 1_600)).toEqual(['a2', 'c1'])
  })
})

it('a plain queue serves the oldest first', () => {
  const queue = createPlainQueue<number>()
  for (let at = 0; at < 3_000; at++) queue.arrive(at, 0)
  expect(Array.from({ length: 3_001 }, () => queue.receive(0))).toEqual([
    ...Array.from({ length: 3_000 }, (_, at) => at),
    undefined,
  ])
})

it('a timeline gives by time, and by order of adding where times are equal', () => {
  const timeline = createTimeline<number>()
  const times = Array.from({ length: 500 }, (_, at) => (at * 7_919) % 50)
  for (const [what, at] of times.entries()) timeline.add(at, what)
  const expected = times
    .map((at, what) => ({ at, what }))
    .toSorted((left, right) => left.at - right.at || left.what - right.what)
  expect(times.map(() => ({ at: timeline.nextAt(), what: timeline.next() }))).toEqual(expected)
  expect([timeline.nextAt(), timeline.next()]).toEqual([Number.POSITIVE_INFINITY, undefined])
})

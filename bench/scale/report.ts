import { type DayResult, simulateDay } from './day.ts'
import type { DayOptions } from './options.ts'

type Variant = readonly [name: string, change: Partial<DayOptions>]

interface Scenario {
  readonly title: string
  readonly change: Partial<DayOptions>
  readonly concurrencies: readonly number[]
  readonly variants: readonly Variant[]
}

const hour = 3_600
const platform = { accounts: 3_000, objectsEach: 100_000, at: 8 * hour }
const longJobs = { accounts: 60, objectsEach: 5_000_000, at: 8 * hour }
const backlog = { objects: 100e6, at: 2 * hour, backlog: 2_000 }

const scenarios: readonly Scenario[] = [
  {
    title: 'An owner of 3,000 accounts sends a full job for each at 08:00',
    change: { platform },
    concurrencies: [10, 50, 100],
    variants: [
      ['one queue', {}],
      ['one queue, group = tenant', { group: 'tenant' }],
      ['one queue, group = owner', { group: 'owner' }],
      ['two queues', { queues: 2 }],
      ['two queues, group = owner', { queues: 2, group: 'owner' }],
    ],
  },
  {
    title: 'An owner of 60 accounts of 5 million objects does the same: jobs of 38 minutes',
    change: { platform: longJobs },
    concurrencies: [10, 50],
    variants: [
      ['one queue', {}],
      ['one queue, group = owner', { group: 'owner' }],
      ['the same, lost when sent again', { group: 'owner', keepsGroup: false }],
      ['group = owner, timeout 300 s', { group: 'owner', invocation: 270 }],
      ['two queues, group = owner', { queues: 2, group: 'owner' }],
    ],
  },
  {
    title: 'The whale sends 2,000 more messages for its one account at 04:00, while its full sync runs',
    change: { whale: backlog },
    concurrencies: [10],
    variants: [
      ['one queue, waits for the lease (as now)', {}],
      ['group = tenant, waits for the lease', { group: 'tenant' }],
      ['one queue, waits spread (proposed)', { busyWait: 'spread' }],
    ],
  },
  {
    title: 'Nobody sends a backlog',
    change: { whale: null },
    concurrencies: [5, 10, 50],
    variants: [
      ["each tenant's hourly job at a minute of its own", {}],
      ['all in the first minute of the hour', { arrivals: 'on the hour' }],
    ],
  },
]

/** A row of those tables: its scenario by the beginning of its title, its queue by name. */
export function rowOf(base: DayOptions, [title, concurrency, name]: readonly [string, number, string]): string {
  const scenario = scenarios.find((scenario) => scenario.title.startsWith(title))
  const variant = scenario?.variants.find(([known]) => known === name)
  if (!scenario || !variant) throw new Error(`report: there is no "${name}" in "${title}"`)
  return row(base, scenario, [concurrency, variant])
}

/** Every scenario of docs/performance.md as markdown tables. */
export function report(base: DayOptions): string {
  return scenarios.map((scenario) => [`**${scenario.title}**`, '', ...table(base, scenario), ''].join('\n')).join('\n')
}

function table(base: DayOptions, scenario: Scenario): readonly string[] {
  const head = [
    'Lambdas',
    'queue',
    'small: p50 in the backlog',
    'p99 in the backlog',
    'p99 of the day',
    'p99.9',
    'max',
    'the backlog takes',
    'jobs over 30 min',
    'deliveries',
    'busy',
    'Lambda-s',
  ]
  const right = head.map((_, at) => (at === 1 ? '---' : '--:'))
  const rows = scenario.concurrencies.flatMap((concurrency) =>
    scenario.variants.map((variant) => row(base, scenario, [concurrency, variant])),
  )
  return [line(head), line(right), ...rows]
}

function row(
  base: DayOptions,
  { change }: Scenario,
  [concurrency, [name, variant]]: readonly [number, Variant],
): string {
  const day = simulateDay({ ...base, ...change, concurrency, ...variant })
  return line([String(concurrency), name, ...columns(day)])
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

function columns({ jobs, busyDeliveries, workedSeconds }: DayResult): readonly string[] {
  const delays = delaysOf({ jobs })
  const backlogs = jobs.filter(({ kind }) => kind === 'backlog')
  const began = Math.min(...backlogs.map((job) => job.sentAt))
  const ended = Math.max(...backlogs.map((job) => job.endedAt))
  const beside = jobs.filter(({ sentAt }) => sentAt >= began && sentAt < ended)
  return [
    ...[0.5, 0.99].map((share) => (backlogs.length > 0 ? duration(quantile(delaysOf({ jobs: beside }), share)) : '–')),
    ...[0.99, 0.999, 1].map((share) => duration(quantile(delays, share))),
    backlogs.length > 0 ? duration(ended - began) : '–',
    count(jobs.filter(({ startedAt, endedAt }) => endedAt - startedAt > hour / 2).length),
    count(jobs.reduce((sum, { deliveries }) => sum + deliveries, 0)),
    count(busyDeliveries),
    count(workedSeconds),
  ]
}

/** Seconds from sending to the first worker, of the jobs of small tenants; ascending. */
export function delaysOf({ jobs }: Pick<DayResult, 'jobs'>): Float64Array {
  return Float64Array.from(jobs.filter(({ small }) => small).map(({ takenAt, sentAt }) => takenAt - sentAt)).sort()
}

/** Of ascending values. */
export function quantile(values: Float64Array, share: number): number {
  return values[Math.min(values.length - 1, Math.ceil(share * values.length) - 1)] ?? Number.NaN
}

const count = (value: number) => Math.round(value).toLocaleString('en')

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return seconds < 2 * hour ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / hour).toFixed(1)} h`
}

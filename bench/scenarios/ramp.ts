import type { Bench } from '../bench.ts'
import { check } from '../check.ts'
import { worker } from '../contestants/index.ts'
import type { Sized } from '../mode.ts'
import type { Finding, Result, Scenario, Table } from '../result.ts'
import type { Density } from '../server/density.ts'
import { shown, spread } from '../statistics.ts'
import { runWholeProcess } from '../whole-process.ts'

interface Account {
  /** Lists of so many objects each, beside each other. Default: customers alone. */
  readonly lists?: number
  readonly counts: Sized
  readonly perSecond: number
  readonly density?: Density
  readonly jitterMs?: number
  /** The most seconds of the first job and of a later one; absent: no target. */
  readonly most?: readonly [first: number, again: number]
  /** The least shares of what the rate allows, instead of seconds. */
  readonly share?: readonly [first: number, again: number]
}

const accounts: readonly Account[] = [
  { counts: { full: 1_000, quick: 1_000, smoke: 300 }, perSecond: 25, most: [1.15, 0.85] },
  { counts: { full: 5_000, quick: 5_000, smoke: 300 }, perSecond: 25, most: [2.8, 2.5] },
  { counts: { full: 5_000, quick: 5_000, smoke: 300 }, perSecond: 100, most: [1.45, 1.1] },
  { counts: { full: 20_000, quick: 5_000, smoke: 300 }, perSecond: 25, most: [8.85, 8.55] },
  { counts: { full: 100_000, quick: 20_000, smoke: 300 }, perSecond: 100, share: [0.91, 0.94] },
  { lists: 6, counts: { full: 4_000, quick: 4_000, smoke: 300 }, perSecond: 100, share: [0.84, 0.9] },
  { counts: { full: 5_000, quick: 5_000, smoke: 300 }, perSecond: 100, density: 'uniform' },
  { counts: { full: 5_000, quick: 5_000, smoke: 300 }, perSecond: 100, density: 'day' },
  { counts: { full: 5_000, quick: 5_000, smoke: 300 }, perSecond: 100, density: 'second' },
  { counts: { full: 5_000, quick: 5_000, smoke: 300 }, perSecond: 100, jitterMs: 350 },
]
/** The lists of the server, and the resources that read them. */
const lengthy = {
  '/v1/customers': 'customers',
  '/v1/charges': 'payments',
  '/v1/payment_intents': 'payment_intents',
  '/v1/refunds': 'refunds',
  '/v1/balance_transactions': 'balance_transactions',
  '/v1/payouts': 'payouts',
}
const paths = Object.keys(lengthy)
const names = Object.values(lengthy)
const isListed = (endpoint: string) => paths.some((path) => endpoint.endsWith(path))
const mostOver = 1.02
const runs = ['first', 'again'] as const

export const ramp: Scenario = {
  name: 'ramp',
  about: 'Small accounts, first job and a later one, whole process and built bundle, 200 ms (jittered: 50 to 400 ms).',
  modes: ['full', 'quick', 'smoke'],
  async run(bench): Promise<Result> {
    const findings: Finding[] = []
    const problems: string[] = []
    const rows: string[][] = []
    for (const account of distinct(bench)) {
      const rounds = []
      for (let round = 0; round < bench.rounds; round++) rounds.push(await runTwice(bench, account))
      problems.push(...rounds.flatMap((round) => round.problems))
      for (const [at, which] of runs.entries()) {
        const seconds = spread(rounds.flatMap(({ figures }) => figures[at]?.seconds ?? []))
        const over = spread(rounds.flatMap(({ figures }) => figures[at]?.over ?? []))
        const limited = spread(rounds.flatMap(({ figures }) => figures[at]?.limited ?? []))
        const count = bench.pick(account.counts)
        const title = `${named(account, count)}, ${which}`
        findings.push(timeOf(account, { title, at, count, seconds: seconds.median, text: shown(seconds, 2) }))
        if (which === 'again')
          findings.push({
            what: `${title}: requests over the minimum; answers 429`,
            measured: `${shown(over, 3)}; ${shown(limited)}`,
            target: `≤ ${mostOver}; 0`,
            reached: over.median <= mostOver && limited.max === 0,
          })
        rows.push([title, shown(seconds, 2), shown(over, 3), shown(limited)])
      }
    }
    const tables: Table[] = [
      {
        title: 'Small accounts',
        columns: [
          'customers',
          's, whole process; of lists: first request to last answer',
          'requests over the minimum',
          '429',
        ],
        rows,
      },
    ]
    return { findings, tables, problems }
  },
}

/** At small sizes some accounts are the same as an earlier one. Each is run once. */
const distinct = (bench: Bench) => {
  const nameOf = (account: Account) => named(account, bench.pick(account.counts))
  return accounts.filter((account, at) => accounts.findIndex((other) => nameOf(other) === nameOf(account)) === at)
}

const named = ({ lists = 1, perSecond, density = 'growth', jitterMs }: Account, count: number) =>
  `${lists > 1 ? `${lists} lists of ${count.toLocaleString('en')}` : `${count.toLocaleString('en')} customers`} (${density}${jitterMs ? ', jittered' : ''}) at ${perSecond} requests/s`

interface Timed {
  readonly title: string
  readonly at: number
  readonly count: number
  readonly seconds: number
  readonly text: string
}

function timeOf({ lists = 1, most, share, perSecond }: Account, { title, at, count, seconds, text }: Timed): Finding {
  const what = `${title}: seconds`
  if (share) {
    const reached = (lists * count) / seconds / (perSecond * 100)
    const target = share[at] ?? 1
    const percent = (part: number) => `${(part * 100).toFixed(1)} %`
    return {
      what,
      measured: `${text}, ${percent(reached)}`,
      target: `≥ ${percent(target)}`,
      reached: reached >= target,
    }
  }
  const limit = most?.[at]
  if (limit === undefined) return { what, measured: text, target: '', reached: null }
  return { what, measured: text, target: `≤ ${limit}`, reached: seconds <= limit }
}

/** Twice on one database, each time in a fresh process. */
async function runTwice(bench: Bench, { lists = 1, counts, perSecond, density = 'growth', jitterMs }: Account) {
  const count = bench.pick(counts)
  const server = await bench.server(
    Object.fromEntries(paths.slice(0, lists).map((path) => [path, { count, density, together: count / 10 }])),
  )
  const conditions = {
    latencyMs: jitterMs ? 50 : 200,
    ...(jitterMs && { jitterMs }),
    accountPerSecond: perSecond,
    endpointPerSecond: lists > 1 ? perSecond / 4 : perSecond,
  }
  const database = await bench.postgres.freshDatabase('worker')
  const figures: { seconds: number; over: number; limited: number }[] = []
  const problems: string[] = []
  for (const which of runs) {
    await server.reset(conditions)
    const { spawnedAt, endedAt } = await runWholeProcess(
      { server, database, resources: names.slice(0, lists) },
      conditions,
    )
    await database.quiet()
    const seen = await server.seen()
    const problem = Number.isNaN(endedAt) ? 'the process ended' : await check(worker, database, server)
    if (problem) problems.push(`ramp: ${count} ${which}: ${problem}`)
    const requests = seen.filter(({ endpoint, status }) => status === 200 && isListed(endpoint)).length
    // Several lists are compared with the account's ceiling: what the server saw, without the process's start.
    const arrived = Math.min(...seen.map(({ arrivedAt }) => arrivedAt))
    const answered = Math.max(...seen.map(({ answeredAt }) => answeredAt))
    figures.push({
      seconds: (lists > 1 ? answered - arrived : endedAt - spawnedAt) / 1_000,
      over: requests / (lists * Math.ceil(count / 100)),
      limited: seen.filter(({ status }) => status === 429).length,
    })
    const [last] = figures.slice(-1)
    bench.say(`${count} at ${perSecond}/s ${density}, ${which}: ${last?.seconds.toFixed(2)} s, ${requests} requests`)
  }
  await database.drop()
  return { figures, problems }
}

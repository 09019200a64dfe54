import { type AccountServer, openAccountServer } from '../account-server.ts'
import type { Bench } from '../bench.ts'
import type { Database } from '../postgres.ts'
import type { Finding, Result, Scenario } from '../result.ts'
import type { AccountSeen } from '../server/account-protocol.ts'
import { shown, spread } from '../statistics.ts'
import { runWholeProcess } from '../whole-process.ts'

const latencyMs = 200
/** Stripe's own limits of a live key, which the sandbox keeps. docs.stripe.com/rate-limits */
const limits = { accountPerSecond: 100, endpointPerSecond: 25 }
const changes = 1_000

interface Job {
  readonly seconds: number
  readonly seen: AccountSeen
  /** Seconds that its requests take at the allowed rate, and one answer. */
  readonly least: number
}

export const account: Scenario = {
  name: 'account',
  about:
    'All default resources of one account of the sandbox, whole process: first, again, and incremental; and its bytes.',
  modes: ['full', 'quick'],
  async run(bench): Promise<Result> {
    const customers = bench.pick({ full: 2_000, quick: 500, smoke: 100 })
    const rounds = []
    for (let round = 0; round < bench.rounds; round++) rounds.push(await runAccount(bench, customers))
    const findings: Finding[] = []
    for (const which of ['first', 'again'] as const) {
      const share = spread(rounds.map((round) => round[which].seconds / round[which].least))
      const seconds = spread(rounds.map((round) => round[which].seconds))
      const requests = rounds[0]?.[which].seen.requests ?? Number.NaN
      findings.push({
        what: `${customers.toLocaleString('en')} customers and all that belongs to them, ${which}: seconds over what its requests take at the allowed rate`,
        measured: `${shown(share, 2)}: ${shown(seconds, 2)} s, ${requests} requests`,
        target: '≤ 1.15',
        reached: share.median <= 1.15,
      })
    }
    const limited = spread(rounds.map(({ first, again }) => first.seen.limited + again.seen.limited))
    findings.push({ what: 'answers 429', measured: shown(limited), target: '0', reached: limited.max === 0 })
    findings.push(...changed(rounds))
    const bytes = spread(rounds.map(({ bytes: all, charges }) => (all / charges) * 100_000))
    findings.push({
      what: 'bytes with indexes for 100,000 charges and all that belongs to them, GB',
      measured: shown(spread([bytes.median / 1e9]), 2),
      target: '≤ 0.8',
      reached: bytes.median <= 0.8e9,
    })
    return { findings, problems: rounds.flatMap(({ problems }) => problems) }
  },
}

function changed(rounds: readonly Awaited<ReturnType<typeof runAccount>>[]): readonly Finding[] {
  const pages = changes / 100
  const more = spread(rounds.map(({ changed: job, idle }) => job.seen.requests - idle.seen.requests + 1))
  const beyond = spread(rounds.map(({ changed: job, idle }) => job.seconds - idle.seconds))
  const account = `incremental, ${changes.toLocaleString('en')} changed objects`
  return [
    {
      what: `${account}: requests beyond a job with nothing new, its page of events included`,
      measured: shown(more),
      target: `≤ ${pages * 1.05}: ${pages} pages of events`,
      reached: more.median <= pages * 1.05,
    },
    {
      what: `${account}: seconds beyond a job with nothing new`,
      measured: shown(beyond, 2),
      target: `≤ ${((pages - 1) * latencyMs) / 1_000 + 1}: nine more answers and a second`,
      reached: beyond.median <= ((pages - 1) * latencyMs) / 1_000 + 1,
    },
  ]
}

async function runAccount(bench: Bench, customers: number) {
  const server = await openAccountServer(customers, latencyMs)
  const database = await bench.postgres.freshDatabase('worker')
  try {
    const first = await runJob(server, database, {})
    const size = await sizeOf(database)
    const again = await runJob(server, database, {})
    const idle = await runJob(server, database, { sync_type: 'incremental' })
    await server.change(changes)
    await server.seen()
    const changedJob = await runJob(server, database, { sync_type: 'incremental' })
    bench.say(
      [first, again, idle, changedJob]
        .map(
          ({ seconds, seen, least }) =>
            `${seconds.toFixed(2)} s (${least.toFixed(2)} least, ${seen.requests} requests)`,
        )
        .join(', '),
    )
    bench.say(`most requests of one operation, first: ${busiest(first.seen).join(' ')}`)
    const problems = await findProblems(database)
    return { first, again, idle, changed: changedJob, ...size, problems }
  } finally {
    await database.drop()
    server.close()
  }
}

async function runJob(server: AccountServer, database: Database, additionalData: object): Promise<Job> {
  const { spawnedAt, endedAt } = await runWholeProcess({ server, database, resources: null, additionalData }, limits)
  await database.quiet()
  const seen = await server.seen()
  const [, most = 0] = busiest(seen)
  const least = Math.max(seen.requests / limits.accountPerSecond, most / limits.endpointPerSecond) + latencyMs / 1_000
  return { seconds: (endedAt - spawnedAt) / 1_000, seen, least }
}

const busiest = ({ endpoints }: AccountSeen) =>
  Object.entries(endpoints).reduce((most, next) => (next[1] > most[1] ? next : most), ['', 0] as [string, number])

/** Each job must have completed, and each count check must be equal. */
async function findProblems(database: Database): Promise<readonly string[]> {
  const jobs = await database.query<{ status: string; equal: boolean | null; updated: number }>(
    `select status, (result -> 'proof' ->> 'equal')::boolean as equal, updated::int from sync_jobs order by created_at`,
  )
  const wrong = jobs.filter(({ status, equal }) => status !== 'completed' || equal === false)
  const last = jobs.at(-1)?.updated ?? 0
  return [
    ...wrong.map(
      ({ status, equal }) => `account: a job is ${status}, its counts ${equal === false ? 'differ' : 'agree'}`,
    ),
    ...(jobs.length === 4 ? [] : [`account: ${jobs.length} jobs of 4`]),
    ...(last > 0 ? [] : ['account: the last job updated nothing']),
  ]
}

/** Bytes of all synced tables with their indexes, and the charges in them. */
async function sizeOf(database: Database): Promise<{ readonly bytes: number; readonly charges: number }> {
  const [row] = await database.query<{ bytes: number; charges: number }>(
    `select (select sum(pg_total_relation_size(c.oid))::float8 from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind = 'r' and exists (select from pg_attribute where attrelid = c.oid and attname = 'observed_at')) as bytes,
       (select count(*)::float8 from payments) as charges`,
  )
  return { bytes: row?.bytes ?? Number.NaN, charges: row?.charges ?? Number.NaN }
}

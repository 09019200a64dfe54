import { sql } from 'drizzle-orm'
import type { OpenDatabase } from '../db/open.ts'
import { syncJobs, syncSchedules } from '../db/schema.ts'
import type { QueueDepth } from '../queue/queue.ts'
import { type ErasureGauges, readErasures } from './erasures.ts'
import { mostRejects } from './learn.ts'

const openStatuses = ['pending', 'running', 'paused', 'retrying'] as const

/** The gauges at one moment: what waits, and what is stuck. A null is not known, and is not published. */
export interface Gauges {
  /** `queue.messages{state}` and `queue.oldest.age` in seconds. Null if there is no queue that a process can ask, or it does not answer. */
  readonly queue: QueueDepth | null
  /** `jobs{status}`: jobs that have not ended. */
  readonly jobs: Readonly<Record<(typeof openStatuses)[number], number>>
  /** `jobs.stuck`: open jobs that have made no step for an hour beyond the time that they wait for. */
  readonly jobsStuck: number
  /** `accounts.stale`: accounts without a success for two beats of a schedule and an hour. One that a person paused is none. */
  readonly accountsStale: number
  /** `account.sync.age.max`: seconds since the last success of the account for which it is longest ago. Null without schedules. */
  readonly accountSyncAgeMax: number | null
  /** `events.silent`: accounts with a route whose live events do not come, though jobs find new objects. */
  readonly eventsSilent: number
  readonly schedules: {
    readonly active: number
    /** Paused by a person. */
    readonly paused: number
    /** Paused because their jobs were refused, or their account was disconnected. */
    readonly refused: number
    /** Seconds for which the due time of a schedule is over without a job. Ticks come each minute. */
    readonly late: number
  }
  /** `erasure.requests{state}`: what providers ask for about persons. */
  readonly erasures: ErasureGauges
}

interface GaugeDeps {
  readonly database: Pick<OpenDatabase, 'schedules'>
  /** Absent on Lambda, where CloudWatch counts the messages of SQS by itself. */
  readonly queue?: { depth(): Promise<QueueDepth> } | undefined
}

/** Four statements at most, over indexes and a table of a row a schedule. @throws Error if the database does not answer */
export async function readGauges({ database, queue }: GaugeDeps): Promise<Gauges> {
  const [accounts, erasures, jobs, depth] = await Promise.all([
    readSchedules(database.schedules),
    readErasures(database.schedules),
    readJobs(database.schedules),
    queue?.depth().catch(() => null) ?? null,
  ])
  return { ...accounts, ...jobs, erasures, queue: depth }
}

async function readSchedules(schedules: OpenDatabase['schedules']) {
  const succeeded = sql`coalesce(last_success_at, created_at)`
  const { rows } = await schedules.within((tx) =>
    tx.execute<
      Record<'stale' | 'silent' | 'active' | 'paused' | 'refused' | 'late', number> & { ageMax: number | null }
    >(sql`
      select count(*) filter (where is_stale)::int as stale, count(*) filter (where is_silent)::int as silent, max(age) as "ageMax",
        coalesce(sum(active), 0)::int as active, coalesce(sum(paused), 0)::int as paused,
        coalesce(sum(refused), 0)::int as refused, greatest(0, coalesce(max(late), 0)) as late
      from (
        select bool_or(paused_at is null and events_silent_since is not null) as is_silent, bool_or(is_watched and age > 2 * every_seconds + 3600) as is_stale, min(age) filter (where is_watched) as age,
          count(*) filter (where paused_at is null) as active, count(*) filter (where not is_watched) as paused,
          count(*) filter (where is_watched and paused_at is not null) as refused,
          max(extract(epoch from now() - next_at)) filter (where paused_at is null)::float8 as late
        from (
          select *, paused_at is null or rejects >= ${mostRejects} as is_watched,
            floor(extract(epoch from now() - ${succeeded}))::float8 as age
          from ${syncSchedules}
        ) as schedule
        group by tenant_id, provider, account, reference
      ) as account`),
  )
  const { stale = 0, silent = 0, ageMax = null, active = 0, paused = 0, refused = 0, late = 0 } = rows[0] ?? {}
  return {
    accountsStale: stale,
    eventsSilent: silent,
    accountSyncAgeMax: ageMax,
    schedules: { active, paused, refused, late },
  }
}

async function readJobs({ within }: OpenDatabase['schedules']) {
  const stoodStill = sql`coalesce(next_attempt_at, lease_until, updated_at) < now() - interval '1 hour'`
  return within(async (tx) => {
    const { rows } = await tx.execute<{ status: string; count: number; stuck: number }>(sql`
      select status, count(*)::int as count, count(*) filter (where ${stoodStill})::int as stuck
      from ${syncJobs} where finished_at is null group by status`)
    const counts = new Map(rows.map(({ status, count }) => [status, count]))
    const jobs = { pending: 0, running: 0, paused: 0, retrying: 0 }
    for (const status of openStatuses) jobs[status] = counts.get(status) ?? 0
    return { jobs, jobsStuck: rows.reduce((sum, { stuck }) => sum + stuck, 0) }
  })
}

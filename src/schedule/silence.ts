import { type SQL, sql } from 'drizzle-orm'
import { eventRoutes, syncAccounts, syncEventCounts, syncJobs } from '../db/schema.ts'
import type { Schedule } from './beat.ts'

/** What tells whether the live events of the account come that an incremental job has read. */
export interface Heard {
  /** End of the hour of the last event, or the time of the route before the first one. Null without a route. */
  readonly until: Date | null
  /** Whether the job stored objects that are new to the account. Each provider makes an event for them. */
  readonly foundNew: boolean
  /** When the incremental job before it started: what the job found is newer. Null if there was none. */
  readonly previousAt: Date | null
}

/** Since when the events are silent. Objects that no event has brought prove it, and the next event ends it. */
export function silentSince(before: Date | null, { until, foundNew, previousAt }: Heard): Date | null {
  if (until === null) return null
  if (foundNew && previousAt !== null && until <= previousAt) return until
  return before !== null && until <= before ? before : null
}

/** Lists of every provider whose new objects have events. */
const announced = sql.raw(`('customers', 'subscriptions', 'invoices', 'orders')`)

/** `Heard` as JSON with times in milliseconds, of the row `job` of an incremental schedule; null of another. */
export function heardOf({ syncType }: Pick<Schedule, 'syncType'>): SQL {
  if (syncType !== 'incremental') return sql`null::jsonb`
  const sameAccount = (table: SQL) =>
    sql`${table}.tenant_id = job.tenant_id and ${table}.provider = job.provider and ${table}.account = job.account`
  const milliseconds = (time: SQL) => sql`floor(extract(epoch from ${time}) * 1000)`
  return sql`case when job.status = 'completed' then jsonb_build_object(
    'until', ${milliseconds(sql`(select case when min(route.created_at) is not null then greatest(min(route.created_at), (
        select max(counted.hour) + interval '1 hour' from ${syncEventCounts} as counted where ${sameAccount(sql`counted`)})) end
      from ${eventRoutes} as route join ${syncAccounts} as known using (tenant_id, provider, account)
      where ${sameAccount(sql`route`)} and known.state = 'active')`)},
    'foundNew', exists (select from jsonb_each(job.progress) as listed where key in ${announced} and (value -> 'created')::bigint > 0),
    'previousAt', ${milliseconds(sql`(select max(earlier.started_at) from ${syncJobs} as earlier where ${sameAccount(sql`earlier`)}
      and earlier.sync_type = 'incremental' and earlier.status = 'completed' and earlier.started_at < job.started_at)`)}) end`
}

/** What `heardOf` gives. */
export interface StoredHeard {
  readonly until: number | null
  readonly foundNew: boolean
  readonly previousAt: number | null
}

export function readHeard(stored: StoredHeard | null): Heard | null {
  if (stored === null) return null
  const at = (time: number | null) => (time === null ? null : new Date(time))
  return { until: at(stored.until), foundNew: stored.foundNew, previousAt: at(stored.previousAt) }
}

import { randomUUID } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { syncAccounts, syncSchedules } from '../db/schema.ts'
import { withoutMode } from '../provider/account-name.ts'
import { dueAfter } from '../schedule/beat.ts'
import type { Route } from './live-event.ts'

/*
 * Events may be lost: a provider may fail to make one, and a queue may be gone for longer than its messages live. An
 * incremental job of the account finds what is missing: each hour, and at once when a gap is noticed.
 */

const everySeconds = 3_600

/** The active schedules of incremental jobs that read the account. One without an account reads that of its key. */
const schedulesOf = ({ tenantId, provider, account, reference }: Route): SQL => sql`
  tenant_id = ${tenantId}::uuid and provider = ${provider} and sync_type = 'incremental' and resources is null
  and (account = ${withoutMode(account)} or account is null and reference is not distinct from ${reference})`

/**
 * Adds an hourly incremental job of the account if no schedule has one, unless the account is disconnected. The reference is that
 * of the account. @returns whether it was added
 */
export async function ensureHourly(db: Database, route: Route, now: Date): Promise<boolean> {
  const { tenantId, provider, account, reference } = route
  const key = {
    tenantId,
    provider,
    account: withoutMode(account),
    reference,
    syncType: 'incremental',
    resources: null,
    everySeconds,
  } as const
  const { rowCount } = await db.execute(sql`
    insert into ${syncSchedules} (id, tenant_id, provider, account, reference, sync_type, every_seconds, next_at)
    select ${randomUUID()}::uuid, ${tenantId}::uuid, ${provider}, ${key.account}, ${reference}, 'incremental', ${everySeconds},
      ${dueAfter(key, now).toISOString()}::timestamptz
    where not exists (select from ${syncSchedules} where ${schedulesOf(route)})
      and not exists (select from ${syncAccounts} as known where known.tenant_id = ${tenantId}::uuid
        and known.provider = ${provider} and known.account = ${account} and known.state = 'disconnected')
    on conflict do nothing`)
  return (rowCount ?? 0) > 0
}

/** The schedule that closes the account's gaps; null if there is none. */
export async function findHourly(db: Database, route: Route): Promise<HourlyJob | null> {
  const { rows } = await db.execute<{ everySeconds: number; pausedBecause: string | null; isPaused: boolean }>(sql`
    select every_seconds as "everySeconds", paused_at is not null as "isPaused", paused_because as "pausedBecause"
    from ${syncSchedules} where ${schedulesOf(route)} order by paused_at nulls first, every_seconds limit 1`)
  return rows[0] ?? null
}

export interface HourlyJob {
  readonly everySeconds: number
  readonly isPaused: boolean
  readonly pausedBecause: string | null
}

/**
 * Makes an incremental job of the account due: now, or a minute after the last one was sent, which may have read the changes
 * already when the gap was noticed. A schedule that is paused stays so.
 */
export async function requestIncremental(db: Database, route: Route, now: Date): Promise<void> {
  await ensureHourly(db, route, now)
  const due = sql`greatest(now(), last_sent_at + interval '1 minute')`
  await db.execute(sql`
    update ${syncSchedules} set next_at = ${due} where ${schedulesOf(route)} and paused_at is null and next_at > ${due}`)
}

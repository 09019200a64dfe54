import { sql } from 'drizzle-orm'
import { unknownAccount } from '../db/account-key.ts'
import type { Database } from '../db/open.ts'
import { syncAccounts, syncJobs, syncSchedules } from '../db/schema.ts'
import { withoutMode } from '../provider/account-name.ts'
import { mostRejects } from '../schedule/learn.ts'
import { isReference } from '../secrets/reference.ts'
import type { RoutedAccount } from './routes.ts'

/** What a disconnected account did to the schedules of its tenant and provider. */
export interface Disconnection {
  readonly paused: number
  /** Active schedules whose account is not known, which may be this one. */
  readonly undecided: number
}

const because = 'The account was disconnected at the provider. Connect it again, then resume the schedule.'

/** Marks the account and pauses its schedules. They count as refused, so that an alarm rings. */
export async function disconnect(
  tx: Database,
  { tenantId, provider, account }: Pick<RoutedAccount, 'tenantId' | 'provider' | 'account'>,
): Promise<Disconnection> {
  await tx.execute(sql`
    update ${syncAccounts} set state = 'disconnected', state_because = ${because}
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and account = ${account} and state <> 'disconnected'`)
  const { rows: accounts } = await tx.execute<KnownAccount & Record<string, unknown>>(sql`
    select account, reference from ${syncAccounts}
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and account <> ${unknownAccount}`)
  const { rows: schedules } = await tx.execute<ActiveSchedule & Record<string, unknown>>(sql`
    select schedule.id, schedule.account, schedule.reference, (
      select job.account from ${syncJobs} as job
      where job.tenant_id = ${tenantId}::uuid and job.provider = ${provider} and job.account <> ${unknownAccount}
        and (job.id = schedule.last_job_id or job.sent_with ->> 'token' <> 'key'
          and job.sent_with ->> 'reference' is not distinct from schedule.reference
          and job.sent_with ->> 'account' is not distinct from schedule.account)
      order by job.id = schedule.last_job_id desc, job.created_at desc limit 1
    ) as "lastRead"
    from ${syncSchedules} as schedule
    where schedule.tenant_id = ${tenantId}::uuid and schedule.provider = ${provider} and schedule.paused_at is null`)
  const candidates = schedules.map((schedule) => ({ schedule, names: accountsOf(schedule, accounts) }))
  const concerned = candidates.filter(({ names }) => names?.includes(account) ?? true)
  const certain = concerned.filter(({ names }) => names?.length === 1).map(({ schedule }) => schedule.id)
  const { rowCount } = await tx.execute(sql`
    update ${syncSchedules} set paused_at = now(), paused_because = ${because}, rejects = greatest(rejects, ${mostRejects})
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and id = any(${sql.param(certain)}::uuid[]) and paused_at is null`)
  return { paused: rowCount ?? 0, undecided: concerned.length - certain.length }
}

interface KnownAccount {
  /** With its mode. */
  readonly account: string
  readonly reference: string | null
}

interface ActiveSchedule {
  readonly id: string
  /** Without its mode. */
  readonly account: string | null
  readonly reference: string | null
  /** With its mode: what the newest job with the schedule's credentials read. Null before the first. */
  readonly lastRead: string | null
}

/**
 * The accounts that a schedule may read: that of its last job, else those that have its name or its reference. Null if nothing
 * is known of its key.
 */
function accountsOf(
  { account, reference, lastRead }: ActiveSchedule,
  known: readonly KnownAccount[],
): readonly string[] | null {
  if (lastRead !== null) return [lastRead]
  const name = account ?? (reference !== null && !isReference(reference) ? reference : null)
  const hasReference = known.filter((row) => row.reference === reference)
  if (name === null) return hasReference.length > 0 ? hasReference.map((row) => row.account) : null
  // One name stands for two modes, which have a key each.
  const isNamed = (row: KnownAccount) => withoutMode(row.account) === name
  const exact = hasReference.filter(isNamed)
  return (exact.length > 0 ? exact : known.filter(isNamed)).map((row) => row.account)
}

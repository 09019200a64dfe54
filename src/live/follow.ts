import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Database, TenantDatabase } from '../db/open.ts'
import { erasureRequests, syncAccounts, syncSchedules } from '../db/schema.ts'
import type { Log } from '../log/log.ts'
import { withoutMode } from '../provider/account-name.ts'
import type { Lifecycle } from '../provider/live.ts'
import type { RoutedAccount } from './routes.ts'

interface FollowDeps {
  tenant(id: string): Pick<TenantDatabase, 'within'>
  readonly log: Log
}

/** Days within which Shopify wants a request about a person carried out. */
const daysToCarryOut = 30

/**
 * Follows what a provider says about an account or a person. A disconnected account gets no more jobs of schedules. To erase
 * is the owner's work: the worker's login can delete no rows, so a request waits in a table for a person.
 */
export async function follow(
  account: RoutedAccount,
  { kind, customer, objects = [] }: Lifecycle,
  { tenant, log }: FollowDeps,
): Promise<void> {
  const { tenantId, provider } = account
  await tenant(tenantId).within(async (tx) => {
    if (kind === 'deauthorized' || kind === 'erase-account') await disconnect(tx, account)
    if (kind !== 'deauthorized')
      await request(tx, account, { kind, customer: kind === 'erase-account' ? null : customer, objects })
  })
  if (kind === 'deauthorized')
    log.warn('an account is disconnected; its schedules are paused', {
      event: 'account_disconnected',
      tenantId,
      provider,
    })
  else log.warn('a provider asks about a person or an account', { event: 'erasure_requested', tenantId, provider })
}

const because = 'The account was disconnected at the provider. Connect it again, then resume the schedule.'

async function disconnect(tx: Database, { tenantId, provider, account }: RoutedAccount): Promise<void> {
  await tx.execute(sql`
    update ${syncAccounts} set state = 'disconnected', state_because = ${because}
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and account = ${account} and state <> 'disconnected'`)
  // A schedule names its account, or the connected account that the platform's key reads.
  const name = withoutMode(account)
  await tx.execute(sql`
    update ${syncSchedules} set paused_at = now(), paused_because = ${because}
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and ${name} in (account, reference) and paused_at is null`)
}

async function request(
  tx: Database,
  { tenantId, provider, account }: RoutedAccount,
  content: Required<Lifecycle> & { readonly kind: Exclude<Lifecycle['kind'], 'deauthorized'> },
): Promise<void> {
  // The provider sends a request again until it is answered. One that is open and names the same objects is enough.
  const dueAt = sql`now() + make_interval(days => ${daysToCarryOut})`
  const row = { id: randomUUID(), tenantId, provider, account, ...content, dueAt }
  await tx.insert(erasureRequests).values(row).onConflictDoNothing()
}

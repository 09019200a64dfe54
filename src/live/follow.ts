import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { Database, TenantDatabase } from '../db/open.ts'
import { erasureRequests } from '../db/schema.ts'
import type { Log } from '../log/log.ts'
import type { Lifecycle } from '../provider/live.ts'
import { type Disconnection, disconnect } from './disconnect.ts'
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
  const isGone = kind === 'deauthorized' || kind === 'erase-account'
  const disconnection = await tenant(tenantId).within(async (tx) => {
    const done = isGone ? await disconnect(tx, account) : null
    if (kind !== 'deauthorized')
      await request(tx, account, { kind, customer: kind === 'erase-account' ? null : customer, objects })
    return done
  })
  if (disconnection)
    log.warn(`an account is disconnected. ${sentenceOf(disconnection)}`, {
      event: 'account_disconnected',
      tenantId,
      provider,
      account: account.account,
      count: disconnection.paused,
    })
  if (kind !== 'deauthorized')
    log.warn('a provider asks about a person or an account', { event: 'erasure_requested', tenantId, provider })
}

function sentenceOf({ paused, undecided }: Disconnection): string {
  const done = paused === 0 ? 'No schedule was known to read it.' : `Schedules of it that are paused now: ${paused}.`
  if (undecided === 0) return done
  return `${done} Active schedules that may read it: ${undecided}. Look at them with billing-sync schedules list, and pause or remove those of this account.`
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

import { sql } from 'drizzle-orm'
import type { AccountKey } from '../db/account-key.ts'
import { tookTooLong } from '../db/errors.ts'
import type { Database, TenantDatabase } from '../db/open.ts'

/*
 * The history of MRR is computed by functions of the database (drizzle/0037, 0041 and 0042), in portions of subscriptions,
 * a transaction each. A computation that is cut short is done again by the next job: it writes only what differs.
 */

/** Subscriptions of the first portion. A portion that takes too long is done again with a quarter of them. */
const mostOfPortion = 5_000

/** Brings `mrr_history` of an account up to date with its rows. Stops between two portions if the signal aborts. */
export async function refreshHistory(db: TenantDatabase, account: AccountKey, signal: AbortSignal): Promise<void> {
  const startedAt = await db.within((tx) => now(tx))
  const inPortions = portions(db)
  let last: string | null
  do {
    last = await inPortions((tx, size) => seedNext(tx, account, size))
  } while (last !== null && !signal.aborted)
  for (let after = ''; !signal.aborted; ) {
    const changed = await inPortions((tx, size) => computeNext(tx, account, after, size))
    if (changed === null) return await db.within((tx) => remember(tx, account, startedAt))
    after = changed
  }
}

/** Runs transactions that take a portion of subscriptions each. Its size stays lower after one that took too long. */
function portions(db: TenantDatabase) {
  let size = mostOfPortion
  return async function run<T>(work: (tx: Database, size: number) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await db.within((tx) => work(tx, size))
      } catch (error) {
        if (!tookTooLong(error) || size === 1) throw error
        size = Math.ceil(size / 4)
      }
    }
  }
}

/** Subscriptions that one price or coupon completes at once. The next job computes the others. */
const completedAtMost = 1_000

/** The subscriptions that have changed within a day, and have one of these prices without an amount or one of these coupons. */
export async function recentSubscriptionsWith(
  tx: Database,
  account: AccountKey,
  { prices, coupons }: { readonly prices: readonly string[]; readonly coupons: readonly string[] },
): Promise<readonly string[]> {
  if (prices.length + coupons.length === 0) return []
  const { rows } = await tx.execute<{ id: string }>(sql`
    select distinct history.subscription_id as id from mrr_history history
    where ${isAccount(account)} and valid_from > now() - interval '1 day' and valid_to is null and (
      mrr is null and price_id = any (${textArray(prices)})
      or exists (
        select from discounts discount where discount.tenant_id = history.tenant_id and discount.provider = history.provider
          and discount.account = history.account and discount.subscription_id = history.subscription_id
          and discount.coupon_id = any (${textArray(coupons)})
      ))
    limit ${completedAtMost}`)
  return rows.map(({ id }) => id)
}

/** The subscriptions of these customers that have a discount now, of their own or of the customer, or had one before. */
export async function discountedSubscriptionsOf(
  tx: Database,
  account: AccountKey,
  customers: readonly string[],
): Promise<readonly string[]> {
  if (customers.length === 0) return []
  const { rows } = await tx.execute<{ id: string }>(sql`
    select distinct history.subscription_id as id from mrr_history history
    where ${isAccount(account)} and valid_to is null and history.subscription_id in (
        select subscription.id from subscriptions subscription where subscription.tenant_id = history.tenant_id
          and subscription.provider = history.provider and subscription.account = history.account
          and subscription.customer_id = any (${textArray(customers)}))
      and (mrr <> gross_mrr or exists (
        select from customers customer where customer.tenant_id = history.tenant_id and customer.provider = history.provider
          and customer.account = history.account and customer.id = history.customer_id and customer.raw ->> 'discount' is not null))
    limit ${completedAtMost}`)
  return rows.map(({ id }) => id)
}

/**
 * Computes the MRR of these subscriptions after a live event, if the account's past is known already. Else the next job
 * computes all. No job is told: see isOutdated.
 */
export async function computeMrr(tx: Database, account: AccountKey, subscriptions: readonly string[]): Promise<void> {
  if (subscriptions.length === 0) return
  await tx.execute(sql`
    select compute_mrr_history(${keyOf(account)}, ${textArray(subscriptions)}, 'event') from sync_accounts
    where ${isAccount(account)} and mrr_computed_at is not null`)
}

/**
 * Whether `mrr_history` may lack something although this job has changed no such row: an earlier job has since the last
 * computation, which failed or did not begin, or live events have in its hour or later. Or a day has passed, in which
 * trials end by the clock.
 * @param sources names of the lists that MRR is computed from
 */
export async function isOutdated(tx: Database, account: AccountKey, sources: readonly string[]): Promise<boolean> {
  const { rows } = await tx.execute<{ outdated: boolean }>(sql`
    select mrr_computed_at is null or mrr_computed_at < now() - interval '1 day' or exists (
      select from sync_event_counts counted where counted.tenant_id = known.tenant_id and counted.provider = known.provider
        and counted.account = known.account and counted.hour >= date_trunc('hour', known.mrr_computed_at, 'UTC') and counted.applied > 0
    ) or exists (
      select from sync_jobs job, jsonb_each(job.progress) list where job.tenant_id = known.tenant_id and job.provider = known.provider
        and job.account = known.account and job.updated_at >= known.mrr_computed_at and list.key = any (${textArray(sources)})
        and ((list.value -> 'created')::bigint > 0 or (list.value -> 'updated')::bigint > 0 or (list.value -> 'deleted')::bigint > 0)
    ) as outdated
    from sync_accounts known where ${isAccount(account)}`)
  return rows[0]?.outdated ?? false
}

async function now(tx: Database): Promise<string> {
  const { rows } = await tx.execute<{ at: string }>(sql`select now()::text as at`)
  return rows[0]?.at ?? ''
}

/** The last subscription whose past was read; null if there are no more. */
async function seedNext(tx: Database, account: AccountKey, size: number): Promise<string | null> {
  const { rows } = await tx.execute<{ last: string | null }>(
    sql`select seed_mrr_history(${keyOf(account)}, ${size}) as last`,
  )
  return rows[0]?.last ?? null
}

/** The last of the next subscriptions that have changed; null if there are no more. */
async function computeNext(tx: Database, account: AccountKey, after: string, size: number): Promise<string | null> {
  const { rows } = await tx.execute<{ changed: readonly string[] | null }>(
    sql`select changed_subscriptions(${keyOf(account)}, ${after}, ${size}) as changed`,
  )
  const changed = rows[0]?.changed ?? null
  const last = changed?.at(-1)
  if (!changed || last === undefined) return null
  await tx.execute(sql`select compute_mrr_history(${keyOf(account)}, ${textArray(changed)})`)
  return last
}

async function remember(tx: Database, account: AccountKey, startedAt: string): Promise<void> {
  await tx.execute(
    sql`update sync_accounts set mrr_computed_at = ${startedAt}::timestamptz where ${isAccount(account)}`,
  )
}

const isAccount = ({ tenantId, provider, account }: AccountKey) =>
  sql`tenant_id = ${tenantId}::uuid and provider = ${provider} and account = ${account}`

const keyOf = ({ tenantId, provider, account }: AccountKey) => sql`${tenantId}::uuid, ${provider}, ${account}`

const textArray = (texts: readonly string[]) =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb))`

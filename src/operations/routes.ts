import { and, eq, sql } from 'drizzle-orm'
import type { TenantDatabase } from '../db/open.ts'
import { eventRoutes, syncAccounts } from '../db/schema.ts'
import type { Reader } from './scope.ts'

/** A route of live events with what its account has for them. References are no secrets. */
export interface RouteState {
  readonly provider: string
  readonly route: string
  readonly tenantId: string
  /** With its mode. */
  readonly account: string
  readonly signedFor: string | null
  /** Of the account. Null for a login that does not see the tenant. */
  readonly state: string | null
  readonly webhookSecrets: readonly string[] | null
  readonly reference: string | null
}

export interface RouteFilter {
  readonly tenantId?: string | undefined
  readonly provider?: string | undefined
}

export async function findRoutes(
  { read }: Reader,
  { tenantId, provider }: RouteFilter,
  limit: number,
): Promise<readonly RouteState[]> {
  return read((tx) =>
    tx
      .select({
        provider: eventRoutes.provider,
        route: eventRoutes.route,
        tenantId: eventRoutes.tenantId,
        account: eventRoutes.account,
        signedFor: eventRoutes.signedFor,
        state: syncAccounts.state,
        webhookSecrets: syncAccounts.webhookSecrets,
        reference: syncAccounts.reference,
      })
      .from(eventRoutes)
      .leftJoin(
        syncAccounts,
        and(
          eq(syncAccounts.tenantId, eventRoutes.tenantId),
          eq(syncAccounts.provider, eventRoutes.provider),
          eq(syncAccounts.account, eventRoutes.account),
        ),
      )
      .where(
        and(
          tenantId === undefined ? undefined : eq(eventRoutes.tenantId, tenantId),
          provider === undefined ? undefined : eq(eventRoutes.provider, provider),
        ),
      )
      .orderBy(eventRoutes.provider, eventRoutes.route)
      .limit(limit),
  )
}

export interface NewRoute {
  readonly tenantId: string
  readonly provider: string
  /** With its mode. */
  readonly account: string
  readonly route: string
  readonly signedFor: string | null
  /** Null: they stay as they are. */
  readonly webhookSecrets: readonly string[] | null
  /** Null: it stays as it is. */
  readonly reference: string | null
}

/**
 * Leads events of a route to an account, which is active from then on. The account may be one that no job has read yet.
 * @returns the account that has the route, if it is another one
 */
export async function addRoute(
  db: TenantDatabase,
  { tenantId, provider, account, route, signedFor, webhookSecrets, reference }: NewRoute,
): Promise<{ readonly takenBy: string } | null> {
  return db.within(async (tx) => {
    const given = {
      ...(webhookSecrets && { webhookSecrets: [...webhookSecrets] }),
      ...(reference !== null && { reference }),
    }
    const [taken] = await tx
      .select()
      .from(eventRoutes)
      .where(and(eq(eventRoutes.provider, provider), eq(eventRoutes.route, route)))
    if (taken && (taken.tenantId !== tenantId || taken.account !== account))
      return { takenBy: `${taken.account} of tenant ${taken.tenantId}` }
    await tx
      .insert(syncAccounts)
      .values({ tenantId, provider, account, ...given })
      .onConflictDoUpdate({
        target: [syncAccounts.tenantId, syncAccounts.provider, syncAccounts.account],
        set: { ...given, state: 'active', stateBecause: null },
      })
    await tx
      .insert(eventRoutes)
      .values({ provider, route, tenantId, account, signedFor })
      .onConflictDoUpdate({
        target: [eventRoutes.provider, eventRoutes.route],
        set: { signedFor: sql`excluded.signed_for` },
        setWhere: sql`event_routes.tenant_id = ${tenantId}::uuid and event_routes.account = ${account}`,
      })
    return null
  })
}

/** What the key of the account is read from; null if nothing is named. */
export async function referenceOf(
  db: TenantDatabase,
  { tenantId, provider, account }: Pick<NewRoute, 'tenantId' | 'provider' | 'account'>,
): Promise<string | null> {
  const [row] = await db.read((tx) =>
    tx
      .select({ reference: syncAccounts.reference })
      .from(syncAccounts)
      .where(
        and(
          eq(syncAccounts.tenantId, tenantId),
          eq(syncAccounts.provider, provider),
          eq(syncAccounts.account, account),
        ),
      ),
  )
  return row?.reference ?? null
}

/** The account and its references stay. @returns false if there is no such route of the tenant */
export async function removeRoute(
  db: TenantDatabase,
  { tenantId, provider, route }: Pick<NewRoute, 'tenantId' | 'provider' | 'route'>,
): Promise<boolean> {
  const { rowCount } = await db.within((tx) =>
    tx.execute(
      sql`delete from ${eventRoutes} where tenant_id = ${tenantId}::uuid and provider = ${provider} and route = ${route}`,
    ),
  )
  return (rowCount ?? 0) > 0
}

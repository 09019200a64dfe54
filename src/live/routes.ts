import { and, eq, inArray, or, sql } from 'drizzle-orm'
import type { Database, OpenDatabase } from '../db/open.ts'
import { eventRoutes, syncAccounts } from '../db/schema.ts'
import type { Route } from './live-event.ts'

/** The account that events of a route belong to. */
export interface RoutedAccount extends Omit<Route, 'state'> {
  readonly state: Route['state'] | 'disconnected'
  /** What objects are fetched with, see sync_accounts. */
  readonly reference: string | null
  /** References to the secrets of its webhooks. */
  readonly webhookSecrets: readonly string[]
  readonly signedFor: string | null
}

/** What an event says of its origin. */
export interface RouteKey {
  readonly provider: string
  readonly route: string
}

export interface Routes {
  /** The accounts of routes, in the order of the keys; null for a route that is not known. @throws an error of the database */
  find(keys: readonly RouteKey[]): Promise<readonly (RoutedAccount | null)[]>
}

/** A route that changes has its effect within a minute, and one that is added within ten seconds. */
const knownMs = 60_000
const unknownMs = 10_000
const mostRemembered = 20_000

/** `now` in milliseconds. One statement looks up the routes of a batch that the process does not remember. */
export function openRoutes({ everyTenant }: Pick<OpenDatabase, 'everyTenant'>, now: () => number): Routes {
  const remembered = new Map<string, { readonly account: RoutedAccount | null; readonly until: number }>()
  const nameOf = ({ provider, route }: RouteKey) => `${provider} ${route}`
  return {
    async find(keys) {
      const wanted = new Map(keys.map((key) => [nameOf(key), key]))
      for (const name of wanted.keys()) if ((remembered.get(name)?.until ?? 0) > now()) wanted.delete(name)
      if (wanted.size > 0) {
        const known = await everyTenant.read((tx) => readRoutes(tx, [...wanted.values()]))
        for (const name of wanted.keys()) {
          const account = known.get(name) ?? null
          remembered.delete(name)
          remembered.set(name, { account, until: now() + (account ? knownMs : unknownMs) })
        }
      }
      const accounts = keys.map((key) => remembered.get(nameOf(key))?.account ?? null)
      for (const oldest of remembered.keys()) {
        if (remembered.size <= mostRemembered) break
        remembered.delete(oldest)
      }
      return accounts
    },
  }
}

async function readRoutes(tx: Database, keys: readonly RouteKey[]): Promise<ReadonlyMap<string, RoutedAccount>> {
  const isWanted = or(
    ...keys.map(({ provider, route }) => and(eq(eventRoutes.provider, provider), eq(eventRoutes.route, route))),
  )
  const routes = await tx.select().from(eventRoutes).where(isWanted)
  const known = new Map<string, RoutedAccount>()
  for (const [tenantId, tenantRoutes] of byTenant(routes)) {
    // Row-level security shows the accounts of the tenant that was named.
    await tx.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`)
    const accounts = await tx
      .select()
      .from(syncAccounts)
      .where(
        and(
          eq(syncAccounts.tenantId, tenantId),
          inArray(
            syncAccounts.account,
            tenantRoutes.map(({ account }) => account),
          ),
        ),
      )
    for (const { provider, route, account, signedFor } of tenantRoutes) {
      const row = accounts.find((row) => row.provider === provider && row.account === account)
      if (!row) continue
      const { state, reference, webhookSecrets } = row
      known.set(`${provider} ${route}`, { tenantId, provider, account, state, reference, webhookSecrets, signedFor })
    }
  }
  return known
}

function byTenant<Row extends { readonly tenantId: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> {
  const tenants = new Map<string, Row[]>()
  for (const row of rows) tenants.set(row.tenantId, [...(tenants.get(row.tenantId) ?? []), row])
  return tenants
}

import type pg from 'pg'
import { openDatabase } from '../../db/open.ts'
import type { LiveAccount } from '../../local/live-account.ts'
import type { Stack } from '../../local/stack.ts'
import { addRoute } from '../../operations/routes.ts'
import { writingRoutes } from '../routes/route-options.ts'

interface RouteOptions {
  readonly tenant: string
  readonly provider: string
  readonly live: LiveAccount
  /** In `sync_accounts`. */
  readonly account: string
  readonly client: pg.Client
}

/** Leads the sandbox's events to its account. @returns how to end that */
export async function leadEvents(
  stack: Stack,
  { tenant, provider, live, account, client }: RouteOptions,
): Promise<() => Promise<void>> {
  // No account but the sandbox's has these routes: what is there is left of another run.
  const remove = async () =>
    void (await client.query('delete from event_routes where provider = $1 and route = any($2)', [
      provider,
      live.routes,
    ]))
  const database = await openDatabase(stack.database, { connections: 1, applicationName: 'live' })
  try {
    await writingRoutes(async () => {
      await remove()
      for (const route of live.routes)
        await addRoute(database.tenant(tenant), {
          tenantId: tenant,
          provider,
          account,
          route,
          signedFor: live.signedFor,
          webhookSecrets: null,
          reference: null,
        })
    })
  } finally {
    await database.close()
  }
  return remove
}

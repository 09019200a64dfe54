import * as z from 'zod'
import { removeRoute } from '../../operations/routes.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withOperatorDatabase } from '../operator-database.ts'
import { option, tenantId } from '../options.ts'
import { ownerLogin, routeOption, writingRoutes } from './route-options.ts'

export const removeRoutes = defineCommand({
  name: 'routes remove',
  about: 'Removes a route of live events. The account and its rows stay.',
  options: z.object({
    tenant: option('UUID', 'the tenant of the account', tenantId),
    provider: option('NAME', 'the provider', z.string().trim().toLowerCase().default('stripe')),
    route: routeOption,
  }),
  details: `Events that come later wait for 15 minutes and are dead letters then. End them at the provider first. Ends with 1 if the
tenant has no such route.

${ownerLogin}`,
  async run({ options: { tenant, provider, route }, terminal }) {
    return withOperatorDatabase({ name: 'routes remove', tenant }, async ({ database }) => {
      const removed = await writingRoutes(() =>
        removeRoute(database.tenant(tenant), { tenantId: tenant, provider, route }),
      )
      terminal.print(removed ? 'The route is removed.' : 'The tenant has no such route.')
      return removed ? exitCodes.done : exitCodes.failed
    })
  },
})

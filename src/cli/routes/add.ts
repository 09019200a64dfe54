import * as z from 'zod'
import { openConfig } from '../../config/load.ts'
import { addRoute, referenceOf } from '../../operations/routes.ts'
import { openSettings } from '../../secrets/open-settings.ts'
import { isWholeReference } from '../../secrets/reference.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { findProvider } from '../find-provider.ts'
import { withOperatorDatabase } from '../operator-database.ts'
import { option, tenantId, UsageError } from '../options.ts'
import { tokenReference } from '../token-reference.ts'
import { closeGaps } from './close-gaps.ts'
import { ownerLogin, routeOption, writingRoutes } from './route-options.ts'

const options = z.object({
  tenant: option('UUID', 'the tenant of the account', tenantId),
  provider: option('NAME', 'the provider', z.string().trim().toLowerCase().default('stripe')),
  account: option(
    'ID',
    'the account with its mode, as in sync_accounts: acct_1ABC or acct_1ABC:test',
    z.string().regex(/^[\w.:-]{1,255}$/, 'takes the id of an account'),
  ),
  route: routeOption,
  'webhook-secret': option(
    'A,B',
    'references to the signing secrets (ssm:/NAME, arn:…), which replace those of the account',
    z.string().optional(),
  ),
  'signed-for': option(
    'TEXT',
    'the id of a webhook of PayPal, or the notification URL of Square',
    z.string().trim().min(1).max(2_000).optional(),
  ),
  token: option(
    'REFERENCE',
    'a reference to the key with which events fetch objects, or the id of a connected account',
    z.string().trim().optional(),
  ),
})

export const addRoutes = defineCommand({
  name: 'routes add',
  about: 'Leads the live events of a route to an account, which is active from then on.',
  options,
  details: `docs/live-events.md lists the routes of each provider. An event that came up to 15 minutes before is applied too. The account
gets an hourly incremental job, which finds what events miss, if no schedule has one. The database holds references and no secrets.
Ends with 1 if another account has the route.

${ownerLogin}`,
  async run({ options: given, terminal }) {
    const { tenant, provider: name, account, route, token } = given
    const provider = await findProvider(name, await openConfig(openSettings))
    const added = {
      tenantId: tenant,
      provider: name,
      account,
      route,
      signedFor: given['signed-for'] ?? null,
      webhookSecrets: references(given['webhook-secret']),
      reference: token === undefined ? null : tokenReference(token, provider, 'put the new one into a secret'),
    }
    return withOperatorDatabase({ name: 'routes add', tenant }, async ({ config, database }) => {
      const taken = await writingRoutes(() => addRoute(database.tenant(tenant), added))
      if (taken) {
        terminal.print(`Nothing was changed. The route belongs to ${taken.takenBy}. Remove it there first.`)
        return exitCodes.failed
      }
      terminal.print(`Events of ${name} with the route "${route}" belong to ${account} of tenant ${tenant} now.`)
      const reference = await referenceOf(database.tenant(tenant), added)
      terminal.print(await closeGaps(database.tenant(tenant), { ...added, reference, state: 'active' }, config))
      return exitCodes.done
    })
  },
})

function references(given: string | undefined): readonly string[] | null {
  if (given === undefined) return null
  const list = given
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
  if (list.every(isWholeReference)) return list
  throw new UsageError(
    'the value of --webhook-secret is no list of references to secrets. If it is a secret, it is in the history of your shell now: roll it, and put the new one into a secret store.',
  )
}

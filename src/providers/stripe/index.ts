import { inMode } from '../../provider/account-name.ts'
import type { Identity, Provider } from '../../provider/contract.ts'
import { defineProvider } from '../../provider/define.ts'
import { fields, second, text } from '../../provider/fields.ts'
import { openStripe, type StripeConnection, type StripeSettings, unusable } from './connection.ts'
import { isAccountName } from './credentials.ts'
import { events } from './events.ts'
import { failure } from './failure.ts'
import { resources } from './resources/index.ts'

export type { StripeSettings } from './connection.ts'

/** Requests a second for one endpoint; docs.stripe.com/rate-limits. */
const endpointPerSecond = 25
/** Stripe opened to the public in 2011. Used if the key may not read the account's creation time. */
const stripeBegan = Date.UTC(2011, 0, 1) / 1_000

export function stripe(settings: StripeSettings): Provider {
  return defineProvider<StripeConnection>({
    name: 'stripe',
    resources: resources.map((resource) => ({
      perSecond: settings.endpointPerSecond ?? endpointPerSecond,
      ...resource,
    })),
    open: (credentials) => openStripe(credentials, settings),
    failure,
    isAccountName,
    changes: { ...events, perSecond: settings.endpointPerSecond ?? endpointPerSecond },
    identify,
  })
}

/**
 * Identifies the account with `GET /v1/account`. A restricted key may be refused it, and then does not know its account.
 */
async function identify(connection: StripeConnection): Promise<Identity> {
  try {
    const { json } = await connection.get('/v1/account')
    const body = fields(json.whole.value())
    const account = text(body.id)
    if (account === null || !/^acct_\w{1,250}$/.test(account)) throw unusable('does not name the account')
    return { account: inMode(account, connection.mode), since: second(body.created) ?? stripeBegan }
  } catch (error) {
    // Only a restricted key may be refused this; a secret key's refusal is a fault, and is tried again.
    if (failure(error, connection).code !== 'permission_denied') throw error
    if (!connection.isRestricted) throw unusable('refuses a secret key its own account')
    return { account: connection.id, since: stripeBegan }
  }
}

import type { Provider } from '../../provider/contract.ts'
import { defineProvider } from '../../provider/define.ts'
import { second } from '../../provider/fields.ts'
import { openStripe, type StripeConnection, type StripeSettings } from './connection.ts'
import { events } from './events.ts'
import { failure } from './failure.ts'
import { resources } from './resources/index.ts'

export type { StripeSettings } from './connection.ts'

/** Requests a second for one endpoint; docs.stripe.com/rate-limits. */
const endpointPerSecond = 25
/** Stripe opened to the public in 2011; where an account may not be asked for its own beginning. */
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
    changes: { ...events, perSecond: settings.endpointPerSecond ?? endpointPerSecond },
    async since(connection) {
      try {
        const { body } = await connection.get('/v1/account')
        return second(body.created) ?? stripeBegan
      } catch (error) {
        const { code } = failure(error)
        // A restricted key may not ask; the first year of Stripe serves as well.
        if (code === 'permission_denied') return stripeBegan
        throw error
      }
    },
  })
}

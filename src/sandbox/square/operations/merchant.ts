import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import { mainLocation } from '../locations.ts'
import type { Merchant } from '../merchant.ts'
import { otherItems } from '../pager.ts'
import { notFound } from '../refusal.ts'
import { queryShape } from '../request-shape.ts'
import { wholeSecond } from '../timestamps.ts'

const none = queryShape({})

/** The merchant, its locations and the token itself: none of them has pages. */
export function merchantOperations({ data, scopes, expireAt }: Merchant): readonly Operation[] {
  const main = data.locations[mainLocation]
  // Alphabetically by name, so that the main location is not the first.
  const locations = data.locations
    .map(({ object }) => object)
    .toSorted((a, b) => (String(a.name) < String(b.name) ? -1 : 1))
  return [
    {
      method: 'GET',
      path: '/v2/merchants/{id}',
      scope: 'MERCHANT_PROFILE_READ',
      isList: false,
      answer({ query }, id) {
        none(query)
        if (id !== 'me' && id !== data.merchant) throw notFound('Merchant', id)
        const merchant = {
          id: data.merchant,
          business_name: 'Sandbox & Söhne',
          country: main?.country,
          language_code: 'en-US',
          currency: main?.currency,
          status: 'ACTIVE',
          main_location_id: main?.id,
          created_at: main?.object.created_at,
        }
        return objectAnswer({ merchant })
      },
    },
    {
      method: 'GET',
      path: '/v2/locations',
      scope: 'MERCHANT_PROFILE_READ',
      isList: true,
      answer({ query, failure }) {
        none(query)
        return (failure && otherItems(failure, 'locations', locations, {})) ?? objectAnswer({ locations })
      },
    },
    {
      method: 'GET',
      path: '/v2/locations/{id}',
      scope: 'MERCHANT_PROFILE_READ',
      isList: false,
      answer({ query }, id) {
        none(query)
        const location = id === 'main' ? main : data.locations.find((candidate) => candidate.id === id)
        if (!location) throw notFound('Location', id)
        return objectAnswer({ location: location.object })
      },
    },
    {
      method: 'POST',
      path: '/oauth2/token/status',
      scope: undefined,
      isList: false,
      answer() {
        const expires_at = Number.isFinite(expireAt) ? { expires_at: wholeSecond(expireAt) } : {}
        return objectAnswer({ scopes, ...expires_at, client_id: 'sq0idp-sandbox', merchant_id: data.merchant })
      },
    },
  ]
}

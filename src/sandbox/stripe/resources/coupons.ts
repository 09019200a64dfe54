import type Stripe from 'stripe'
import { pick } from '../../server/random.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'

/** Coupons. Their ids are names that a merchant chose. */
export const coupons: Resource = {
  path: '/v1/coupons',
  object: 'coupon',
  idPrefix: '',
  ids: () => ({ idOf: (n) => `${names[n % names.length]}${n < names.length ? '' : n}`, numberOf }),
  createdField: 'created',
  count: (customers) => (customers === 0 ? 0 : 6 + Math.floor(customers / 200)),
  generate,
  filters: {},
  expandable: { applies_to: () => ({ applies_to: { products: [] } }), currency_options: () => ({}) },
  deleted: 'missing',
}

const names = ['WELCOME20', 'summer-sale_', 'FRIENDS-', 'Z6', 'uebergang', '25OFF-'] as const

function numberOf(id: string): number | undefined {
  for (const [at, name] of names.entries()) {
    if (id === name) return at
    const rest = id.startsWith(name) ? Number(id.slice(name.length)) : Number.NaN
    if (Number.isInteger(rest) && rest >= names.length && rest % names.length === at && id === `${name}${rest}`)
      return rest
  }
  return undefined
}

function generate({ n, id, created, livemode, random }: GenerationInput) {
  const percent = n % 3 > 0
  const duration = pick(random, ['once', 'repeating', 'forever'] as const)
  return {
    id,
    object: 'coupon',
    amount_off: percent ? null : 500 + (random() % 2_000),
    created,
    currency: percent ? null : 'eur',
    duration,
    duration_in_months: duration === 'repeating' ? 1 + (random() % 12) : null,
    livemode,
    max_redemptions: n % 4 === 0 ? 1_000 : null,
    metadata: {},
    name: n % 2 ? 'Herbst – 秋 🍂' : null,
    percent_off: percent ? (n % 2 ? 12.5 : 20) : null,
    redeem_by: null,
    times_redeemed: random() % 300,
    valid: n % 5 > 0,
  } satisfies Wire<Stripe.Coupon>
}

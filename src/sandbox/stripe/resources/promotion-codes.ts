import type Stripe from 'stripe'
import { oneIn } from '../../server/random.ts'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'
import { day } from './subscription-facts.ts'

/** The codes that customers type to get a coupon. */
export const promotionCodes: Resource = {
  path: '/v1/promotion_codes',
  object: 'promotion_code',
  idPrefix: 'promo_',
  createdField: 'created',
  relation: { parent: 'coupons', pattern: [2, 1, 3], delay: (_, draw) => draw % (100 * day) },
  generate,
  filters: {
    active: (code, value) => String(code.active) === value,
    code: (code, value) => String(code.code).toLowerCase() === value.toLowerCase(),
    coupon: (code, value) => (code.promotion as Stripe.PromotionCode.Promotion).coupon === value,
    customer: (code, value) => code.customer === value,
  },
  expandable: {
    customer: (code, live) => ({ customer: live.customers.retrieve(String(code.customer)) ?? null }),
    promotion: () => ({}),
  },
  deleted: 'missing',
}

function generate({ n, id, created, livemode, random, dataset }: GenerationInput) {
  return {
    id,
    object: 'promotion_code',
    active: !oneIn(random, 4),
    code: `CODE-${n}-${random() % 1_000}`,
    created,
    customer:
      oneIn(random, 5) && dataset.count('customers') > 0
        ? dataset.id('customers', random() % dataset.count('customers'))
        : null,
    customer_account: null,
    expires_at: oneIn(random, 3) ? created + 365 * day : null,
    livemode,
    max_redemptions: null,
    metadata: {},
    promotion: { coupon: dataset.ref('coupons', dataset.parent('promotion_codes', n)), type: 'coupon' },
    restrictions: { first_time_transaction: oneIn(random, 2), minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: random() % 40,
  } satisfies Wire<Stripe.PromotionCode>
}

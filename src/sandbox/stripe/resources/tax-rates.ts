import type Stripe from 'stripe'
import type { GenerationInput, Resource } from '../resource.ts'
import type { Wire } from '../wire.ts'

export const taxRates: Resource = {
  path: '/v1/tax_rates',
  object: 'tax_rate',
  idPrefix: 'txr_',
  createdField: 'created',
  count: (customers) => (customers === 0 ? 0 : 6),
  generate,
  filters: {
    active: (rate, value) => String(rate.active) === value,
    inclusive: (rate, value) => String(rate.inclusive) === value,
  },
  expandable: {},
  deleted: 'missing',
}

function generate({ n, id, created, livemode }: GenerationInput) {
  return {
    id,
    object: 'tax_rate',
    active: n % 4 > 0,
    country: 'DE',
    created,
    description: 'Umsatzsteuer',
    display_name: 'USt.',
    effective_percentage: null,
    flat_amount: null,
    inclusive: false,
    jurisdiction: 'DE',
    jurisdiction_level: 'country',
    livemode,
    metadata: {},
    percentage: 19,
    rate_type: 'percentage',
    state: null,
    tax_type: 'vat',
  } satisfies Wire<Stripe.TaxRate>
}

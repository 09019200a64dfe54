import type { Caller } from './caller.ts'

export interface AccountIdentity {
  /** The account of a key that is sent without a `Stripe-Account` header. */
  readonly id: string
  /** Unix seconds, before the creation of every object in it. */
  readonly created: number
}

/** The account of a key, as `GET /v1/account` shows it. */
export function accountOf(caller: Caller, { id, created }: AccountIdentity) {
  return {
    id: caller.account ?? id,
    object: 'account',
    business_profile: {
      mcc: null,
      name: 'Sandbox GmbH & Söhne',
      product_description: null,
      support_email: null,
      url: null,
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'account' },
    country: 'DE',
    created,
    default_currency: 'eur',
    details_submitted: true,
    email: 'owner@example.com',
    metadata: {},
    payouts_enabled: true,
    settings: {
      branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
      card_payments: { statement_descriptor_prefix: null },
      dashboard: { display_name: 'Sandbox', timezone: 'Europe/Berlin' },
      payments: { statement_descriptor: null },
    },
    type: 'standard',
  }
}

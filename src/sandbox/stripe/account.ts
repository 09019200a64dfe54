import type { Caller } from './caller.ts'

/** The account behind a key, as `GET /v1/account` shows it; `created` is before every object in it. */
export function accountOf(caller: Caller, { id, created }: { readonly id: string; readonly created: number }) {
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
    settings: { dashboard: { display_name: 'Sandbox', timezone: 'Europe/Berlin' } },
    type: 'standard',
  }
}

import { providerObjects as table } from '../../db/schema.ts'
import type { Resource } from '../../provider/contract.ts'
import { dateTime, flag, text } from '../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../provider/mapping.ts'
import { atPaths, type Owner } from '../../provider/owner.ts'
import type { StripeConnection } from './connection.ts'
import { listPageV2 } from './list-v2.ts'
import { resource } from './resource.ts'

/*
 * Every other list of the API that needs no parent, by name. Objects that a list omits are not synced: closed reviews,
 * tax ids of customers, quotes of test clocks.
 */

const byCreated = { createdFilter: { field: 'created' } } as const
const unfiltered = { createdFilter: null } as const
/** Lists whose objects may change at any time, and whose events are missing or not reliable. */
const everyRow = { ...byCreated, unsettled: 'every row' } as const
const byStatus = (...values: string[]) => ({ by: { field: 'status' }, values })

/** The owner for all kinds of objects, because they share a table. A path that an object lacks is ignored. */
const owner: Owner<never> = {
  customer: atPaths('customer', 'owner.customer', 'account_holder.customer', 'customer_details.customer'),
  about: atPaths(
    'related_customer',
    'charge',
    'payment_intent',
    'setup_intent',
    'invoice',
    'subscription',
    'quote',
    'source_transaction',
    'originating_transaction',
    'latest_charge',
  ),
  owns: atPaths('payment_method', 'default_payment_method'),
  customerMayBeMissing: true,
}

export const objects: readonly Resource<StripeConnection, typeof table>[] = [
  object('accounts', '/v1/accounts', everyRow),
  object('apple_pay_domains', '/v1/apple_pay/domains', unfiltered),
  object('application_fees', '/v1/application_fees', byCreated),
  object('app_installs', '/v1/apps/installs', byCreated),
  object('billing_alerts', '/v1/billing/alerts', unfiltered),
  object('billing_feedback_options', '/v1/billing/feedback_options', unfiltered),
  object('billing_meters', '/v1/billing/meters', unfiltered),
  object('billing_portal_configurations', '/v1/billing_portal/configurations', unfiltered),
  object('checkout_sessions', '/v1/checkout/sessions', {
    ...byCreated,
    unsettled: { ...byStatus('open'), parameters: { status: 'open' } },
  }),
  object('climate_orders', '/v1/climate/orders', unfiltered),
  object('climate_products', '/v1/climate/products', unfiltered),
  object('climate_suppliers', '/v1/climate/suppliers', unfiltered),
  object('country_specs', '/v1/country_specs', unfiltered),
  object('credit_grants', '/v1/billing/credit_grants', unfiltered),
  object('early_fraud_warnings', '/v1/radar/early_fraud_warnings', byCreated),
  object('entitlement_features', '/v1/entitlements/features', unfiltered),
  object('exchange_rates', '/v1/exchange_rates', unfiltered),
  object('file_links', '/v1/file_links', everyRow),
  object('files', '/v1/files', byCreated),
  object('financial_connections_accounts', '/v1/financial_connections/accounts', unfiltered),
  object('forwarding_requests', '/v1/forwarding/requests', byCreated),
  object('identity_verification_reports', '/v1/identity/verification_reports', byCreated),
  object('identity_verification_sessions', '/v1/identity/verification_sessions', byCreated),
  object('invoice_rendering_templates', '/v1/invoice_rendering_templates', unfiltered),
  object('issuing_authorizations', '/v1/issuing/authorizations', byCreated),
  object('issuing_cardholders', '/v1/issuing/cardholders', byCreated),
  object('issuing_cards', '/v1/issuing/cards', byCreated),
  object('issuing_disputes', '/v1/issuing/disputes', byCreated),
  object('issuing_personalization_designs', '/v1/issuing/personalization_designs', unfiltered),
  object('issuing_physical_bundles', '/v1/issuing/physical_bundles', unfiltered),
  object('issuing_transactions', '/v1/issuing/transactions', byCreated),
  object('payment_links', '/v1/payment_links', unfiltered),
  object('payment_method_configurations', '/v1/payment_method_configurations', unfiltered),
  object('payment_method_domains', '/v1/payment_method_domains', unfiltered),
  object('payment_methods', '/v1/payment_methods', unfiltered),
  object('payment_records', '/v1/payment_records', unfiltered),
  object('plans', '/v1/plans', byCreated),
  object('quotes', '/v1/quotes', unfiltered),
  object('radar_value_lists', '/v1/radar/value_lists', everyRow),
  object('report_runs', '/v1/reporting/report_runs', { ...byCreated, unsettled: byStatus('pending') }),
  object('reviews', '/v1/reviews', byCreated),
  object('setup_intents', '/v1/setup_intents', byCreated),
  object('shipping_rates', '/v1/shipping_rates', everyRow),
  object('sigma_scheduled_query_runs', '/v1/sigma/scheduled_query_runs', unfiltered),
  object('tax_codes', '/v1/tax_codes', unfiltered),
  object('tax_ids', '/v1/tax_ids', unfiltered),
  object('tax_locations', '/v1/tax/locations', { ...unfiltered, parameters: { type: 'performance' } }),
  object('tax_registrations', '/v1/tax/registrations', unfiltered),
  object('terminal_configurations', '/v1/terminal/configurations', unfiltered),
  object('terminal_locations', '/v1/terminal/locations', unfiltered),
  object('terminal_readers', '/v1/terminal/readers', unfiltered),
  object('test_clocks', '/v1/test_helpers/test_clocks', unfiltered),
  object('three_d_secure_authentications', '/v1/three_d_secure/authentications', byCreated),
  object('topups', '/v1/topups', { ...byCreated, unsettled: byStatus('pending') }),
  object('transfers', '/v1/transfers', byCreated),
  // The list can be filtered by `created`, but a trial offer has no such field.
  object('trial_offers', '/v1/product_catalog/trial_offers', unfiltered),
  object('treasury_financial_accounts', '/v1/treasury/financial_accounts', everyRow),
  object('webhook_endpoints', '/v1/webhook_endpoints', unfiltered),
  // Both lists omit closed entries unless a parameter requests them.
  objectV2('core_accounts', '/v2/core/accounts', { open: { closed: 'false' }, closed: { closed: 'true' } }),
  objectV2('core_event_destinations', '/v2/core/event_destinations'),
  objectV2('vault_gb_bank_accounts', '/v2/core/vault/gb_bank_accounts'),
  objectV2('vault_us_bank_accounts', '/v2/core/vault/us_bank_accounts'),
  objectV2('product_catalog_imports', '/v2/commerce/product_catalog/imports'),
  objectV2('money_adjustments', '/v2/money_management/adjustments'),
  objectV2('money_financial_accounts', '/v2/money_management/financial_accounts', {
    open: { 'statuses[0]': 'open' },
    pending: { 'statuses[0]': 'pending' },
    closed: { 'statuses[0]': 'closed' },
  }),
  objectV2('money_financial_addresses', '/v2/money_management/financial_addresses'),
  objectV2('money_inbound_transfers', '/v2/money_management/inbound_transfers'),
  objectV2('money_outbound_payments', '/v2/money_management/outbound_payments'),
  objectV2('money_outbound_setup_intents', '/v2/money_management/outbound_setup_intents'),
  objectV2('money_payout_intents', '/v2/money_management/payout_intents'),
  objectV2('money_payout_methods', '/v2/money_management/payout_methods'),
  objectV2('money_received_credits', '/v2/money_management/received_credits'),
  objectV2('money_transaction_entries', '/v2/money_management/transaction_entries'),
  objectV2('money_transactions', '/v2/money_management/transactions'),
]

type Options = Omit<Parameters<typeof resource<typeof table>>[2], 'table' | 'row' | 'optional' | 'owner'>

function object(name: string, path: string, options: Options) {
  const row = mapping<typeof table>({
    resource: derived(() => name),
    object: text,
    livemode: flag,
    createdAt: at(dateTime, 'created'),
    ...absent('parentId', 'updatedAt'),
  })
  return resource(name, path, { ...options, row, table, owner, optional: true })
}

function objectV2(name: string, path: string, parts: NonNullable<Options['parts']> = {}) {
  const several = Object.keys(parts).length > 0
  return {
    ...object(name, path, { ...unfiltered, ...(several ? { parts } : {}) }),
    list: (stripe, query) => listPageV2(stripe, path, query, query.part === undefined ? {} : parts[query.part]),
  } satisfies Resource<StripeConnection, typeof table>
}

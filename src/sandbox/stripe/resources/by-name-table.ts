/**
 * A list whose objects are Stripe's own fixtures, with ids, times and references of the account. The table leaves out lists
 * that require a parent or a parameter: apps/secrets, setup_attempts, entitlements/active_entitlements,
 * radar/value_list_items, most of treasury/*, and the like.
 */
export interface FixtureList {
  /** The type of the objects, which also names their fixture. */
  readonly object: string
  readonly prefix: string
  /** True if the list has the parameter `created`. */
  readonly created: boolean
  /** The fields that are filter parameters. */
  readonly filters: readonly string[]
}

/** By the path after `/v1/`. The name of the resource is the path with underscores. */
export const byNameTable = {
  accounts: { object: 'account', prefix: 'acct_', created: true, filters: [] },
  'apple_pay/domains': { object: 'apple_pay_domain', prefix: 'apwc_', created: false, filters: ['domain_name'] },
  application_fees: { object: 'application_fee', prefix: 'fee_', created: true, filters: ['charge'] },
  'apps/installs': { object: 'apps.install', prefix: 'appin_', created: true, filters: ['status'] },
  'billing/alerts': { object: 'billing.alert', prefix: 'alrt_', created: false, filters: ['alert_type'] },
  'billing/credit_grants': { object: 'billing.credit_grant', prefix: 'credgr_', created: false, filters: ['customer'] },
  'billing/feedback_options': {
    object: 'billing.feedback_option',
    prefix: 'bfo_',
    created: false,
    filters: ['status'],
  },
  'billing/meters': { object: 'billing.meter', prefix: 'mtr_', created: false, filters: ['status'] },
  'billing_portal/configurations': {
    object: 'billing_portal.configuration',
    prefix: 'bpc_',
    created: false,
    filters: ['active', 'is_default'],
  },
  'checkout/sessions': {
    object: 'checkout.session',
    prefix: 'cs_test_',
    created: true,
    filters: ['customer', 'payment_intent', 'payment_link', 'status', 'subscription'],
  },
  'climate/orders': { object: 'climate.order', prefix: 'climorder_', created: false, filters: [] },
  'climate/products': { object: 'climate.product', prefix: 'climsku_', created: false, filters: [] },
  'climate/suppliers': { object: 'climate.supplier', prefix: 'climsup_', created: false, filters: [] },
  country_specs: { object: 'country_spec', prefix: '', created: false, filters: [] },
  'entitlements/features': {
    object: 'entitlements.feature',
    prefix: 'feat_',
    created: false,
    filters: ['archived', 'lookup_key'],
  },
  exchange_rates: { object: 'exchange_rate', prefix: 'rate_', created: false, filters: [] },
  file_links: { object: 'file_link', prefix: 'link_', created: true, filters: ['expired', 'file'] },
  files: { object: 'file', prefix: 'file_', created: true, filters: ['purpose'] },
  'financial_connections/accounts': {
    object: 'financial_connections.account',
    prefix: 'fca_',
    created: false,
    filters: ['session'],
  },
  'forwarding/requests': { object: 'forwarding.request', prefix: 'fwdreq_', created: true, filters: [] },
  'identity/verification_reports': {
    object: 'identity.verification_report',
    prefix: 'vr_',
    created: true,
    filters: ['type', 'verification_session'],
  },
  'identity/verification_sessions': {
    object: 'identity.verification_session',
    prefix: 'vs_',
    created: true,
    filters: ['status', 'related_customer'],
  },
  invoice_rendering_templates: {
    object: 'invoice_rendering_template',
    prefix: 'inrtem_',
    created: false,
    filters: ['status'],
  },
  'issuing/authorizations': {
    object: 'issuing.authorization',
    prefix: 'iauth_',
    created: true,
    filters: ['card', 'cardholder', 'status'],
  },
  'issuing/cardholders': {
    object: 'issuing.cardholder',
    prefix: 'ich_',
    created: true,
    filters: ['email', 'status', 'type'],
  },
  'issuing/cards': {
    object: 'issuing.card',
    prefix: 'ic_',
    created: true,
    filters: ['cardholder', 'status', 'type', 'last4'],
  },
  'issuing/disputes': { object: 'issuing.dispute', prefix: 'idp_', created: true, filters: ['status', 'transaction'] },
  'issuing/personalization_designs': {
    object: 'issuing.personalization_design',
    prefix: 'ipcd_',
    created: false,
    filters: ['status'],
  },
  'issuing/physical_bundles': {
    object: 'issuing.physical_bundle',
    prefix: 'ics_',
    created: false,
    filters: ['status', 'type'],
  },
  'issuing/transactions': {
    object: 'issuing.transaction',
    prefix: 'ipi_',
    created: true,
    filters: ['card', 'cardholder', 'type'],
  },
  payment_links: { object: 'payment_link', prefix: 'plink_', created: false, filters: ['active'] },
  payment_method_configurations: {
    object: 'payment_method_configuration',
    prefix: 'pmc_',
    created: false,
    filters: ['active', 'application'],
  },
  payment_method_domains: {
    object: 'payment_method_domain',
    prefix: 'pmd_',
    created: false,
    filters: ['domain_name', 'enabled'],
  },
  payment_methods: {
    object: 'payment_method',
    prefix: 'pm_',
    created: false,
    filters: ['customer', 'type', 'allow_redisplay'],
  },
  payment_records: { object: 'payment_record', prefix: 'pr_', created: false, filters: [] },
  'product_catalog/trial_offers': {
    object: 'product_catalog.trial_offer',
    prefix: 'toff_',
    created: true,
    filters: ['active'],
  },
  quotes: { object: 'quote', prefix: 'qt_', created: false, filters: ['customer', 'status', 'test_clock'] },
  'radar/early_fraud_warnings': {
    object: 'radar.early_fraud_warning',
    prefix: 'issfr_',
    created: true,
    filters: ['charge', 'payment_intent'],
  },
  'radar/value_lists': { object: 'radar.value_list', prefix: 'rsl_', created: true, filters: ['alias'] },
  'reporting/report_runs': { object: 'reporting.report_run', prefix: 'frr_', created: true, filters: [] },
  'reporting/report_types': { object: 'reporting.report_type', prefix: 'rrt_', created: false, filters: [] },
  reviews: { object: 'review', prefix: 'prv_', created: true, filters: [] },
  setup_intents: {
    object: 'setup_intent',
    prefix: 'seti_',
    created: true,
    filters: ['customer', 'payment_method', 'attach_to_self'],
  },
  shipping_rates: { object: 'shipping_rate', prefix: 'shr_', created: true, filters: ['active', 'currency'] },
  'sigma/scheduled_query_runs': { object: 'scheduled_query_run', prefix: 'sqr_', created: false, filters: [] },
  'tax/registrations': { object: 'tax.registration', prefix: 'taxreg_', created: false, filters: ['status'] },
  tax_codes: { object: 'tax_code', prefix: 'txcd_', created: false, filters: [] },
  tax_ids: { object: 'tax_id', prefix: 'txi_', created: false, filters: ['owner'] },
  'terminal/configurations': {
    object: 'terminal.configuration',
    prefix: 'tmc_',
    created: false,
    filters: ['is_account_default'],
  },
  'terminal/locations': { object: 'terminal.location', prefix: 'tml_', created: false, filters: [] },
  'terminal/readers': {
    object: 'terminal.reader',
    prefix: 'tmr_',
    created: false,
    filters: ['device_type', 'location', 'serial_number', 'status'],
  },
  'test_helpers/test_clocks': { object: 'test_helpers.test_clock', prefix: 'clock_', created: false, filters: [] },
  'three_d_secure/authentications': {
    object: 'three_d_secure.authentication',
    prefix: 'tdsa_',
    created: true,
    filters: ['status'],
  },
  topups: { object: 'topup', prefix: 'tu_', created: true, filters: ['amount', 'status'] },
  transfers: { object: 'transfer', prefix: 'tr_', created: true, filters: ['destination', 'transfer_group'] },
  'treasury/financial_accounts': {
    object: 'treasury.financial_account',
    prefix: 'fa_',
    created: true,
    filters: ['status'],
  },
  webhook_endpoints: { object: 'webhook_endpoint', prefix: 'we_', created: false, filters: [] },
} as const satisfies Record<string, FixtureList>

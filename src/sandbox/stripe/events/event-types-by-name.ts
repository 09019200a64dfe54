import type { ByNameName } from '../resources/names.ts'
import { byStatus, type ChangeEvents, changeEvents } from './change-events.ts'

/** The events of the lists that are read by name. Lists that are not here make no events in the sandbox. */
export const eventTypesByName: Readonly<Partial<Record<ByNameName, ChangeEvents>>> = {
  plans: changeEvents('plan.created', 'plan.updated', 'plan.deleted'),
  // There is no checkout.session.created.
  checkout_sessions: {
    updated: ({ status }, after) =>
      status === after.status
        ? []
        : [after.status === 'expired' ? 'checkout.session.expired' : 'checkout.session.completed'],
  },
  setup_intents: {
    created: () => ['setup_intent.created'],
    updated: (before, { status }) =>
      before.status === status
        ? []
        : status === 'succeeded'
          ? ['setup_intent.succeeded']
          : status === 'canceled'
            ? ['setup_intent.canceled']
            : ['setup_intent.requires_action'],
  },
  payment_methods: {
    created: () => ['payment_method.attached'],
    updated: (before, after) => [
      before.customer !== null && after.customer === null ? 'payment_method.detached' : 'payment_method.updated',
    ],
  },
  quotes: {
    created: () => ['quote.created'],
    updated: (before, { status }) =>
      before.status === status
        ? []
        : [status === 'open' ? 'quote.finalized' : status === 'accepted' ? 'quote.accepted' : 'quote.canceled'],
  },
  transfers: changeEvents('transfer.created', 'transfer.updated'),
  application_fees: changeEvents('application_fee.created', 'application_fee.refunded'),
  topups: {
    created: () => ['topup.created'],
    updated: (before, { status }) =>
      before.status === status
        ? []
        : [status === 'succeeded' ? 'topup.succeeded' : status === 'failed' ? 'topup.failed' : 'topup.canceled'],
  },
  reviews: { created: () => ['review.opened'], updated: (_, { open }) => (open ? [] : ['review.closed']) },
  radar_early_fraud_warnings: changeEvents('radar.early_fraud_warning.created', 'radar.early_fraud_warning.updated'),
  payment_links: changeEvents('payment_link.created', 'payment_link.updated'),
  files: changeEvents('file.created'),
  billing_meters: {
    created: () => ['billing.meter.created'],
    updated: byStatus('billing.meter.updated', {
      inactive: ['billing.meter.deactivated'],
      active: ['billing.meter.reactivated'],
    }),
  },
  billing_credit_grants: changeEvents('billing.credit_grant.created', 'billing.credit_grant.updated'),
  billing_portal_configurations: changeEvents(
    'billing_portal.configuration.created',
    'billing_portal.configuration.updated',
  ),
  test_helpers_test_clocks: {
    created: () => ['test_helpers.test_clock.created'],
    updated: byStatus('test_helpers.test_clock.ready', { advancing: ['test_helpers.test_clock.advancing'] }),
    deleted: 'test_helpers.test_clock.deleted',
  },
  tax_ids: changeEvents('customer.tax_id.created', 'customer.tax_id.updated', 'customer.tax_id.deleted'),
  issuing_authorizations: changeEvents('issuing_authorization.created', 'issuing_authorization.updated'),
  issuing_cardholders: changeEvents('issuing_cardholder.created', 'issuing_cardholder.updated'),
  issuing_cards: changeEvents('issuing_card.created', 'issuing_card.updated'),
  issuing_disputes: changeEvents('issuing_dispute.created', 'issuing_dispute.updated'),
  issuing_transactions: changeEvents('issuing_transaction.created', 'issuing_transaction.updated'),
  // There is no reporting.report_run.created.
  reporting_report_runs: {
    updated: (before, { status }) =>
      before.status === status
        ? []
        : [status === 'failed' ? 'reporting.report_run.failed' : 'reporting.report_run.succeeded'],
  },
  apps_installs: changeEvents('apps.install.created', 'apps.install.updated', 'apps.install.deleted'),
  climate_orders: changeEvents('climate.order.created'),
}

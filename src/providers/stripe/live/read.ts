import { fields, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import type { LiveEvents } from '../../../provider/live.ts'
import type { Change } from '../../../provider/resource.ts'
import { eventResources, events, shownMore } from '../events.ts'

/**
 * The `type` of a thin event's object in API v2 → its resource. Objects of API v1 have the names of `eventResources`.
 * docs.stripe.com/api/v2/core/events
 */
const resourcesV2: Readonly<Record<string, string>> = {
  'v2.core.account': 'core_accounts',
  'v2.core.event_destination': 'core_event_destinations',
  'v2.core.vault.gb_bank_account': 'vault_gb_bank_accounts',
  'v2.core.vault.us_bank_account': 'vault_us_bank_accounts',
  'v2.commerce.product_catalog_import': 'product_catalog_imports',
  'v2.money_management.adjustment': 'money_adjustments',
  'v2.money_management.financial_account': 'money_financial_accounts',
  'v2.money_management.financial_address': 'money_financial_addresses',
  'v2.money_management.inbound_transfer': 'money_inbound_transfers',
  'v2.money_management.outbound_payment': 'money_outbound_payments',
  'v2.money_management.outbound_setup_intent': 'money_outbound_setup_intents',
  'v2.money_management.payout_intent': 'money_payout_intents',
  'v2.money_management.payout_method': 'money_payout_methods',
  'v2.money_management.received_credit': 'money_received_credits',
  'v2.money_management.transaction': 'money_transactions',
  'v2.money_management.transaction_entry': 'money_transaction_entries',
}

/** An event of Stripe: a snapshot as `/v1/events` lists it, or a thin event, which only names its object. */
export const read: LiveEvents['read'] = (event) =>
  fields(event.value()).object === 'v2.core.event' ? readThin(event) : events.read(event)

function readThin(event: Item): Change | null {
  const { type, created, related_object } = fields(event.value())
  const related = fields(related_object)
  const kind = text(related.type) ?? ''
  const [id, resource] = [text(related.id), eventResources[kind] ?? resourcesV2[kind]]
  const at = Math.floor(Date.parse(text(created) ?? '') / 1_000)
  if (id === null || resource === undefined || Number.isNaN(at)) return null
  // A closed account of API v2 and a canceled subscription still exist.
  const gone = String(type).endsWith('.deleted') && resource !== 'subscriptions'
  return { resource, id, at, gone, item: null, ...shownMore(resource) }
}

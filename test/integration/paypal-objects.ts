import type { ResourceName, Sandbox } from '../../src/sandbox/paypal/index.ts'
import type { ExpectedObject } from './copy-differences.ts'

type Fields = Readonly<Record<string, unknown>>

/** The tables of PayPal's lists. */
const lists: Readonly<Record<string, ResourceName>> = {
  balance_transactions: 'transactions',
  subscriptions: 'subscriptions',
  subscription_items: 'subscriptions',
  products: 'products',
  prices: 'plans',
  invoices: 'invoices',
  disputes: 'disputes',
}

/** Every table that a job without `resources` fills. */
export const paypalTables: readonly string[] = [
  ...Object.keys(lists),
  'invoice_lines',
  'customers',
  'payments',
  'refunds',
  'payouts',
]

/** What a complete copy of a merchant holds now, in these tables or in all of them. */
export function* paypalObjects(paypal: Pick<Sandbox, 'expected'>, scope = paypalTables): Generator<ExpectedObject> {
  const isIn = (table: string) => scope.includes(table)
  for (const [table, name] of Object.entries(lists)) {
    if (!isIn(table)) continue
    for (const object of paypal.expected(name))
      if (isShown(object)) yield { table, key: keyOf(name, object), raw: shown(name, object) }
  }
  if (isIn('invoice_lines'))
    for (const { id, items } of paypal.expected('invoices'))
      for (const [place, raw] of (Array.isArray(items) ? (items as readonly Fields[]) : []).entries())
        yield { table: 'invoice_lines', key: `${id}:${raw.id || place}`, raw }
  for (const object of paypal.expected('transactions')) {
    const table = derivedTableOf(object)
    if (table !== undefined && isIn(table)) yield { table, key: String(infoOf(object).transaction_id), raw: object }
  }
  if (isIn('customers')) yield* customers(paypal)
}

const infoOf = (object: Fields) => object.transaction_info as Fields

/** What tells the lines of the ledger apart: an id is not unique. */
function keyOf(name: ResourceName, object: Fields): string {
  if (name !== 'transactions') return String(object.dispute_id ?? object.id)
  const info = infoOf(object)
  const { value, currency_code: currency } = info.transaction_amount as Fields
  const at = new Date(String(info.transaction_initiation_date)).toISOString()
  const parts = [info.transaction_id, info.transaction_event_code, at, info.paypal_reference_id, value, currency]
  return parts.map((part) => part ?? '').join('|')
}

/** The table that a line makes a row of besides the ledger. */
function derivedTableOf(object: Fields): string | undefined {
  const { transaction_event_code: code, transaction_amount: amount } = infoOf(object)
  const kind = String(code).slice(0, 3)
  const value = Number((amount as Fields).value)
  if (kind === 'T00' && value > 0) return 'payments'
  if (['T1106', 'T1107'].includes(String(code)) && value < 0) return 'refunds'
  return kind === 'T04' ? 'payouts' : undefined
}

const disputeMs = 179 * 86_400_000

/** PayPal shows disputes of 180 days, and the worker asks for a day less. */
export const isShown = ({ dispute_id: dispute, create_time: created }: Fields) =>
  dispute === undefined || Date.parse(String(created)) > Date.now() - disputeMs

/** Without what PayPal shows in one kind of answer only: in lists or by id. */
function shown(name: ResourceName, { dispute_state: _, ...object }: Fields): Fields {
  if (name === 'products') {
    const { type: __, category: ___, update_time: ____, image_url: _____, home_url: ______, ...listed } = object
    return listed
  }
  if (typeof object.billing_info !== 'object') return object
  const { last_failed_payment: __, ...billing } = object.billing_info as Fields
  return { ...object, billing_info: billing }
}

/** Payers and subscribers as they were shown last. Those of one second may stand for one another. */
function* customers(paypal: Pick<Sandbox, 'expected'>): Generator<ExpectedObject> {
  const newest = new Map<string, { readonly at: number; readonly people: readonly Fields[] }>()
  const see = (person: unknown, time: unknown) => {
    const { account_id: account, payer_id: payer, email_address: email } = (person ?? {}) as Fields
    const id = account ?? payer ?? (email === undefined ? undefined : `email:${String(email).trim().toLowerCase()}`)
    if (id === undefined) return
    const at = Date.parse(String(time))
    const before = newest.get(String(id)) ?? { at, people: [] }
    if (at < before.at) return
    newest.set(String(id), { at, people: [...(at === before.at ? before.people : []), person as Fields] })
  }
  for (const line of paypal.expected('transactions')) see(line.payer_info, infoOf(line).transaction_updated_date)
  for (const { subscriber, update_time: updated, create_time: created } of paypal.expected('subscriptions'))
    see(subscriber, updated ?? created)
  for (const [key, { people }] of newest) for (const raw of people) yield { table: 'customers', key, raw }
}

import type { ChargebeeList, openChargebee } from '../../src/sandbox/custom/chargebee.ts'
import type { createRandom } from '../support/random.ts'
import type { ExpectedObject } from './copy-differences.ts'

export type Chargebee = Awaited<ReturnType<typeof openChargebee>>
type Fields = Readonly<Record<string, unknown>>

/** The lists of the example whose rows are whole objects, each with its table. */
const lists: Readonly<Record<string, ChargebeeList>> = {
  customers: 'customers',
  subscriptions: 'subscriptions',
  invoices: 'invoices',
  payments: 'transactions',
  products: 'items',
}
/** Comments and contacts. */
const withoutColumns = 'provider_objects'

/** Every table that a job without `resources` fills. */
export const chargebeeTables: readonly string[] = [
  ...Object.keys(lists),
  'subscription_items',
  'invoice_lines',
  withoutColumns,
]

/** What a complete copy holds now. */
export function* chargebeeObjects(server: Pick<Chargebee, 'expected' | 'contactsOf'>): Generator<ExpectedObject> {
  for (const [table, list] of Object.entries(lists))
    for (const raw of server.expected(list)) yield { table, key: idOf(raw), raw }
  for (const raw of server.expected('comments')) yield { table: withoutColumns, key: idOf(raw), raw }
  for (const customer of server.expected('customers'))
    for (const raw of server.contactsOf(idOf(customer))) yield { table: withoutColumns, key: idOf(raw), raw }
  for (const { id, subscription_items: items } of server.expected('subscriptions'))
    for (const raw of (items ?? []) as readonly Fields[])
      yield { table: 'subscription_items', key: `${id}:${raw.item_price_id}`, raw }
  for (const { line_items: lines } of server.expected('invoices'))
    for (const raw of (lines ?? []) as readonly Fields[]) yield { table: 'invoice_lines', key: idOf(raw), raw }
}

const idOf = ({ id }: Fields) => String(id)

/** One of the objects of a list. */
export const pickId = (server: Chargebee, list: ChargebeeList, random: ReturnType<typeof createRandom>) =>
  idOf(random.pick(server.expected(list)))

/** Changes that an incremental job sees: new, changed and deleted objects of every list. */
export function changeChargebee(server: Chargebee, random: ReturnType<typeof createRandom>): void {
  const text = () => String(random.below(1e9))
  const id = text()
  const customer = pickId(server, 'customers', random)
  server.update('customers', customer, { email: `${text()}@example.com` })
  server.update('subscriptions', pickId(server, 'subscriptions', random), {
    status: random.pick(['active', 'cancelled']),
    subscription_items: [{ item_price_id: 'basic-EUR', quantity: random.below(9), unit_price: 1_000 }],
  })
  server.update('invoices', pickId(server, 'invoices', random), { status: 'voided' })
  server.update('transactions', pickId(server, 'transactions', random), { error_text: text() })
  server.update('items', pickId(server, 'items', random), { name: text() })
  server.insert('customers', { id: `cus_${id}`, email: `${id}@example.com`, deleted: false })
  server.insert('transactions', { id: `txn_${id}`, type: 'payment', status: 'success', amount: 5, deleted: false })
  server.insert('invoices', { id: `inv_${id}`, total: 5, line_items: [{ id: `li_${id}`, amount: 5 }], deleted: false })
  server.insert('comments', { id: `cmt_${id}`, entity_id: `cus_${id}` })
  for (const list of ['subscriptions', 'transactions', 'items'] as const)
    if (random.chance(0.3) && server.expected(list).length > 3) server.removeAsShown(list, pickId(server, list, random))
}

import type { Fields } from './list-server.ts'

/** The lists of the example, by their paths, and the name of the object in an entry. */
export const wrappers = {
  customers: 'customer',
  subscriptions: 'subscription',
  invoices: 'invoice',
  transactions: 'transaction',
  items: 'item',
  comments: 'comment',
} as const

export type ChargebeeList = keyof typeof wrappers

export const isList = (name: string): name is ChargebeeList => Object.hasOwn(wrappers, name)

/** The objects of each list by their ids, and the contacts of customers. */
export interface ChargebeeObjects {
  readonly lists: Readonly<Record<ChargebeeList, Map<string, Fields>>>
  readonly contacts: Map<string, readonly Fields[]>
}

/** Customers created at these seconds, each with a subscription, an invoice, a transaction, an item and a comment. */
export function populate(created: readonly number[]): ChargebeeObjects {
  const objects: ChargebeeObjects = {
    lists: {
      customers: new Map(),
      subscriptions: new Map(),
      invoices: new Map(),
      transactions: new Map(),
      items: new Map(),
      comments: new Map(),
    },
    contacts: new Map(),
  }
  for (const [at, second] of created.entries()) addCustomer(objects, at, second)
  return objects
}

function addCustomer({ lists, contacts }: ChargebeeObjects, at: number, created: number): void {
  const put = (list: ChargebeeList, object: Fields) => lists[list].set(String(object.id), object)
  const times = { created_at: created, updated_at: created }
  const customer = `cus_${at}`
  put('customers', {
    ...times,
    id: customer,
    email: `person${at}@example.com`,
    first_name: 'Pat',
    preferred_currency_code: 'EUR',
    balance: at,
    billing_address: { country: 'DE' },
    deleted: false,
  })
  if (at % 50 === 0)
    contacts.set(
      customer,
      [0, 1, 2].map((index) => ({ id: `con_${at}_${index}`, email: `c${index}@example.com` })),
    )
  put('subscriptions', {
    ...times,
    id: `sub_${at}`,
    customer_id: customer,
    status: at % 3 === 0 ? 'in_trial' : 'active',
    currency_code: 'EUR',
    current_term_start: created,
    current_term_end: created + 2_592_000,
    subscription_items: [
      { item_price_id: 'basic-EUR', quantity: 1, unit_price: 1_000 },
      { item_price_id: 'seat-EUR', quantity: at, unit_price: 250 },
    ],
    deleted: false,
  })
  put('invoices', {
    id: `inv_${at}`,
    date: created,
    updated_at: created,
    customer_id: customer,
    subscription_id: `sub_${at}`,
    status: 'paid',
    currency_code: 'EUR',
    sub_total: 1_000,
    tax: 190,
    total: 1_190,
    amount_paid: 1_190,
    amount_due: 0,
    line_items: [
      { id: `li_${at}`, entity_id: 'basic-EUR', entity_type: 'plan_item_price', amount: 1_000, quantity: 1 },
    ],
    deleted: false,
  })
  put('transactions', {
    id: `txn_${at}`,
    date: created,
    updated_at: created,
    customer_id: customer,
    type: 'payment',
    status: 'success',
    currency_code: 'EUR',
    amount: 1_190,
    linked_invoices: [{ invoice_id: `inv_${at}` }],
    deleted: false,
  })
  put('items', { id: `item_${at}`, name: `Item ${at}`, status: 'active', type: 'plan', ...times })
  put('comments', {
    id: `cmt_${at}`,
    entity_type: 'customer',
    entity_id: customer,
    notes: 'Called',
    created_at: created,
  })
}

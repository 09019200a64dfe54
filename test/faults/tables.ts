import type { Sandbox, StripeObject } from '../../src/sandbox/stripe/index.ts'

type ResourceName = Parameters<Sandbox['expected']>[0]
type NestedName = Parameters<Sandbox['expectedNested']>[0]

/** The tables of the default set → what the sandbox calls the same. */
export const tables = {
  customers: 'customers',
  products: 'products',
  prices: 'prices',
  coupons: 'coupons',
  promotion_codes: 'promotion_codes',
  subscriptions: 'subscriptions',
  subscription_schedules: 'subscription_schedules',
  invoices: 'invoices',
  invoice_items: 'invoiceitems',
  invoice_payments: 'invoice_payments',
  payments: 'charges',
  payment_intents: 'payment_intents',
  refunds: 'refunds',
  disputes: 'disputes',
  credit_notes: 'credit_notes',
  balance_transactions: 'balance_transactions',
  payouts: 'payouts',
  tax_rates: 'tax_rates',
} as const satisfies Record<string, ResourceName>

/** The tables of nested lists → their parent's column, and what the sandbox calls the list. */
export const nestedTables = {
  subscription_items: { parent: 'subscription_id', name: 'subscription_items' },
  invoice_lines: { parent: 'invoice_id', name: 'invoice_lines' },
  credit_note_lines: { parent: 'credit_note_id', name: 'credit_note_lines' },
} as const satisfies Record<string, { readonly parent: string; readonly name: NestedName }>

/** The tables of what Stripe shows only to a request that expands it → the list that is read again for them, and what it shows more. */
export const optionTables = {
  price_options: { parent: 'prices', more: {} },
  coupon_options: { parent: 'coupons', more: { applies_to: { products: [] } } },
} as const satisfies Record<string, { readonly parent: ResourceName; readonly more: object }>

/** The sandbox names its inline prices so. No list has them. */
export const isInline = ({ nickname }: StripeObject): boolean => String(nickname).startsWith('inline ')

export type Table = keyof typeof tables
export const allTables = [...Object.keys(tables), ...Object.keys(nestedTables)]

/** What the sandbox holds, in PayPal's words. Payers are no resource: they are seen in transactions and subscriptions. */
export const resourceNames = ['transactions', 'subscriptions', 'plans', 'products', 'invoices', 'disputes'] as const

export type ResourceName = (typeof resourceNames)[number]
/** The resources whose objects have an id. Transactions have none: PayPal's `transaction_id` is not unique. */
export type IdentifiedName = Exclude<ResourceName, 'transactions'>

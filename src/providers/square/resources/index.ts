import type { SquareResource } from '../resource.ts'
import { prices, products } from './catalog.ts'
import { customers } from './customers.ts'
import { invoices } from './invoices.ts'
import { orders } from './orders.ts'
import { disputes, payments, refunds } from './payments.ts'
import { payouts } from './payouts.ts'
import { subscriptions } from './subscriptions.ts'

/** In the order in which progress and results show them. */
export const resources: readonly SquareResource[] = [
  customers,
  products,
  prices,
  subscriptions,
  invoices,
  orders,
  payments,
  refunds,
  disputes,
  payouts,
]

import type { Resource } from '../../../provider/contract.ts'
import type { DerivedResource } from '../../../provider/define.ts'
import type { PayPalConnection } from '../connection.ts'
import { balances } from './balances.ts'
import { prices, products } from './catalog.ts'
import { customers, payments, payouts, refunds } from './derived.ts'
import { disputes } from './disputes.ts'
import { invoices } from './invoices.ts'
import { subscriptions } from './subscriptions.ts'
import { transactions } from './transactions.ts'

/** Subscriptions come first: whether their list is refused decides what transactions ask for. */
export const resources: readonly (Resource<PayPalConnection> | DerivedResource)[] = [
  subscriptions,
  products,
  prices,
  transactions,
  invoices,
  disputes,
  customers,
  payments,
  refunds,
  payouts,
  balances,
]

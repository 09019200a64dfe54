import type { ByResource } from '../names.ts'
import type { Resource } from '../resource.ts'
import { customers } from './customers.ts'
import { disputes } from './disputes.ts'
import { entries } from './entries.ts'
import { invoices } from './invoices.ts'
import { orders } from './orders.ts'
import { payments } from './payments.ts'
import { payouts } from './payouts.ts'
import { plans } from './plans.ts'
import { refunds } from './refunds.ts'
import { subscriptions } from './subscriptions.ts'
import { variations } from './variations.ts'

export const resources: ByResource<Resource> = {
  customers,
  payments,
  refunds,
  orders,
  plans,
  variations,
  subscriptions,
  invoices,
  disputes,
  payouts,
  entries,
}

import type { Operation } from '../api.ts'
import type { Merchant } from '../merchant.ts'
import { catalogOperations } from './catalog.ts'
import { customerOperations } from './customers.ts'
import { disputeOperations } from './disputes.ts'
import { invoiceOperations } from './invoices.ts'
import { merchantOperations } from './merchant.ts'
import { orderOperations } from './orders.ts'
import { paymentOperations } from './payments.ts'
import { payoutOperations } from './payouts.ts'
import { refundOperations } from './refunds.ts'
import { subscriptionOperations } from './subscriptions.ts'

/** All that the sandbox answers. Any other call is a 404. */
export function createOperations(merchant: Merchant): readonly Operation[] {
  return [
    ...merchantOperations(merchant),
    ...customerOperations(merchant),
    ...paymentOperations(merchant),
    ...refundOperations(merchant),
    ...orderOperations(merchant),
    ...subscriptionOperations(merchant),
    ...invoiceOperations(merchant),
    ...catalogOperations(merchant),
    ...disputeOperations(merchant),
    ...payoutOperations(merchant),
  ]
}

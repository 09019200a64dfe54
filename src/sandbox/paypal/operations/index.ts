import type { Operation } from '../api.ts'
import type { Tokens } from '../tokens.ts'
import { balancesOperation } from './balances.ts'
import { catalogOperations } from './catalog.ts'
import { disputeOperations } from './disputes.ts'
import { invoiceOperations } from './invoices.ts'
import { type SubscriptionList, subscriptionOperations } from './subscriptions.ts'
import { tokenOperation } from './token.ts'
import { type TransactionSearch, transactionsOperation } from './transactions.ts'

export interface OperationOptions extends TransactionSearch {
  readonly tokens: Tokens
  readonly subscriptionList: SubscriptionList
  readonly searchShowsFields: boolean
}

/** All that the sandbox answers. Any other call is a 404. */
export function createOperations(options: OperationOptions): readonly Operation[] {
  return [
    tokenOperation(options),
    transactionsOperation(options),
    balancesOperation(options),
    ...subscriptionOperations(options.subscriptionList),
    ...catalogOperations(),
    ...invoiceOperations(options),
    ...disputeOperations(options),
  ]
}

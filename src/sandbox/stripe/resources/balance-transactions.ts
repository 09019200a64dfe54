import type { GenerationInput, Resource } from '../resource.ts'
import { ledgerObject, ledgerSource, ledgerSources } from './ledger.ts'
import { day } from './subscription-facts.ts'

/** One entry for every successful charge, refund, dispute and payout; the rest are Stripe's own fees. */
export const balanceTransactions: Resource = {
  path: '/v1/balance_transactions',
  object: 'balance_transaction',
  idPrefix: 'txn_',
  createdField: 'created',
  count: (customers, countOf) =>
    ledgerSources.reduce((sum, source) => sum + countOf(source), Math.floor(customers / 20)),
  createdWith: (dataset, n) => {
    const { source, number } = ledgerSource(dataset, n)
    return source === 'fee' ? undefined : dataset.created(source, number)
  },
  generate: ({ n, id, created, dataset }: GenerationInput) => ({
    ...ledgerObject(dataset, n),
    id,
    created,
    available_on: created + 7 * day,
  }),
  filters: {
    currency: (entry, value) => entry.currency === value,
    source: (entry, value) => entry.source === value,
    type: (entry, value) => entry.type === value,
    payout: (entry, value) => entry.source === value,
  },
  expandable: {
    source: (entry, live) => ({
      source:
        [live.charges, live.refunds, live.disputes, live.payouts]
          .map((collection) => collection.retrieve(String(entry.source)))
          .find((object) => object !== undefined) ?? entry.source,
    }),
  },
  deleted: 'missing',
}

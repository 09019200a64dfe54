import { createDataset, type Dataset, type DatasetOptions } from './dataset.ts'
import { createLedger, type Ledger } from './ledger/ledger.ts'
import type { IdentifiedName } from './names.ts'
import type { Fields } from './paypal-object.ts'
import { disputeAt } from './resources/disputes.ts'
import { invoiceAt } from './resources/invoices.ts'
import { planAt } from './resources/plans.ts'
import { productAt } from './resources/products.ts'
import { subscriptionAt } from './resources/subscriptions.ts'
import { createStore, type Store } from './store.ts'

/** One merchant's account: what every operation answers from. */
export interface Merchant {
  readonly id: string
  readonly data: Dataset
  readonly ledger: Ledger
  readonly stores: Readonly<Record<IdentifiedName, Store>>
}

interface MerchantOptions {
  readonly dataset: DatasetOptions
  /** The most seconds until a transaction appears. */
  readonly lag: number
  /** The provider's clock, in unix seconds. */
  now(): number
  /** Up to when Transaction Search has data, in unix seconds. */
  lastRefreshed(): number
}

/** Generates one merchant. */
export function createMerchant({ dataset, lag, now, lastRefreshed }: MerchantOptions): Merchant {
  const data = createDataset(dataset)
  const store = (name: IdentifiedName, generate: (n: number, data: Dataset) => Fields) =>
    createStore(function* () {
      for (let n = 0; n < data.count(name); n++) yield { key: data.id(name, n), object: generate(n, data) }
    })
  return {
    id: dataset.merchant,
    data,
    ledger: createLedger({ ...data, lag, now, lastRefreshed }),
    stores: {
      subscriptions: store('subscriptions', subscriptionAt),
      plans: store('plans', planAt),
      products: store('products', productAt),
      invoices: store('invoices', invoiceAt),
      disputes: store('disputes', disputeAt),
    },
  }
}

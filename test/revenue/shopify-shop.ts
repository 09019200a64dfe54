import { apps } from '../../src/sandbox/shopify/apps.ts'
import type { ResourceName } from '../../src/sandbox/shopify/names.ts'
import { openShop } from '../integration/shopify-setup.ts'
import { completed, daysAgo, readViews } from './hand-account.ts'

export type Fields = Readonly<Record<string, unknown>>

const empty: Readonly<Record<ResourceName, number>> = {
  customers: 0,
  orders: 0,
  products: 0,
  productVariants: 0,
  sellingPlanGroups: 0,
  subscriptionContracts: 0,
  subscriptionBillingAttempts: 0,
  disputes: 0,
  balanceTransactions: 0,
  payouts: 0,
  events: 0,
}

export const money = (amount: string, currencyCode = 'USD') => ({ __typename: 'MoneyV2', amount, currencyCode })
export const gid = (type: string, number: number) => `gid://shopify/${type}/${number}`

/** An empty shop. A contract is known by its note, its customer is the only one of its own. */
export async function openEmptyShop() {
  const { shop, stack, run } = await openShop({ orders: 0, counts: empty })
  let lines = 0
  const line = (
    price: string,
    quantity = 1,
    { currency = 'USD', ...more }: Fields & { readonly currency?: string } = {},
  ) => ({
    id: gid('SubscriptionLine', 9_000_000 + lines++),
    __typename: 'SubscriptionLine',
    productId: null,
    variantId: null,
    sellingPlanId: gid('SellingPlan', 1),
    sellingPlanName: 'Every month',
    title: 'Coffee',
    variantTitle: null,
    sku: null,
    quantity,
    taxable: true,
    requiresShipping: true,
    currentPrice: money(price, currency),
    lineDiscountedPrice: money(String(Number(price) * quantity), currency),
    customAttributes: [],
    discountAllocations: [],
    ...more,
  })
  const contract = (
    note: string,
    [interval, intervalCount]: readonly [string, number],
    contractLines: readonly Fields[],
    { currency = 'USD', ...more }: Fields & { readonly currency?: string } = {},
  ) => {
    const customer = shop.insert('customers', {})
    return shop.insert('subscriptionContracts', {
      note,
      createdAt: daysAgo(100),
      updatedAt: daysAgo(50),
      status: 'ACTIVE',
      currencyCode: currency,
      app: { id: apps.billingSync.id, __typename: 'App', title: apps.billingSync.title },
      customer: { id: customer.id },
      originOrder: null,
      customerPaymentMethod: null,
      nextBillingDate: daysAgo(-10),
      lastPaymentStatus: 'SUCCEEDED',
      lastBillingAttemptErrorType: null,
      billingPolicy: {
        __typename: 'SubscriptionBillingPolicy',
        interval,
        intervalCount,
        minCycles: null,
        maxCycles: null,
        anchors: [],
      },
      deliveryPrice: money('0.0', currency),
      lines: contractLines,
      discounts: [],
      ...more,
    })
  }
  const views = readViews(stack)
  /** The MRR of each item by the note of its contract. */
  const items = (columns: string) =>
    stack
      .query<Record<string, unknown>>(
        `select s.metadata->>'note' as note, ${columns} from metrics.item_mrr i
         join subscriptions s on s.id = i.subscription_id order by 1, i.amount`,
      )
      .then((rows) =>
        rows.map((row) =>
          Object.values(row)
            .map((value) => String(Number(value) === 0 || Number(value) ? Number(Number(value).toFixed(4)) : value))
            .join(' '),
        ),
      )
  return {
    shop,
    line,
    contract,
    items,
    view: views,
    query: stack.query,
    sync: () => completed(run({ resources: undefined })),
  }
}

import { describe, expect, it } from 'vitest'
import { resourceNames } from '../../../src/sandbox/shopify/index.ts'
import { decimalText, fixedText, minorUnits, moneyBag } from '../../../src/sandbox/shopify/money.ts'
import { type Loose, now, seconds, setup } from './support.ts'

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
/** The amount in the smallest unit of the customer's currency. */
const units = ({ presentmentMoney: { amount, currencyCode } }: Loose) => minorUnits(amount, currencyCode)

describe('an amount', () => {
  it.each([
    [1_250, 'USD', '12.5', '12.50'],
    [1_999, 'USD', '19.99', '19.99'],
    [1_000, 'EUR', '10.0', '10.00'],
    [5, 'USD', '0.05', '0.05'],
    [-1_205, 'USD', '-12.05', '-12.05'],
    [-5, 'USD', '-0.05', '-0.05'],
    [0, 'USD', '0.0', '0.00'],
    [1_500, 'JPY', '1500.0', '1500'],
    [12_345, 'KWD', '12.345', '12.345'],
    [12_300, 'KWD', '12.3', '12.300'],
  ])('of %d in %s is the text %s', (amount, currency, decimal, fixed) => {
    expect([decimalText(amount, currency), fixedText(amount, currency)]).toEqual([decimal, fixed])
    expect(minorUnits(decimal, currency)).toBe(amount)
  })

  it('is shown in the currency of the shop and of the customer', () => {
    const bag = moneyBag(1_500, { shop: 'KWD', presentment: 'JPY' })
    expect([bag.shopMoney.amount, bag.presentmentMoney.amount]).toEqual(['3.0', '1500.0'])
  })
})

describe('the generated shop', () => {
  it('is the same for the same seed and another for another', async () => {
    const [first, same, other] = [await setup(), await setup(), await setup({ seed: 2 })]
    for (const name of resourceNames) {
      expect(first.expected(name)).toEqual(same.expected(name))
      expect([name, first.expected(name)]).not.toEqual([name, other.expected(name)])
    }
  })

  it('has exact numbers where the options name them', async () => {
    const sandbox = await setup({ orders: 0, counts: { customers: 3, orders: 5 } })
    expect([sandbox.expected('customers').length, sandbox.expected('orders').length]).toEqual([3, 5])
  })

  it('spans several years, and nothing in it is of the future', async () => {
    const sandbox = await setup({ density: 'uniform' })
    for (const name of resourceNames)
      for (const { createdAt, updatedAt, initiatedAt, issuedAt, transactionDate } of sandbox.expected(
        name,
      ) as Loose[]) {
        const created = createdAt ?? initiatedAt ?? issuedAt ?? transactionDate
        expect(seconds(updatedAt ?? created)).toBeGreaterThanOrEqual(seconds(created))
        expect(seconds(updatedAt ?? created)).toBeLessThanOrEqual(now)
      }
    const years = new Set(sandbox.expected('orders').map(({ createdAt }) => String(createdAt).slice(0, 4)))
    expect(years.size).toBeGreaterThanOrEqual(5)
  })

  it('has yen and dinars, large amounts, and every state that billing knows', async () => {
    const sandbox = await setup({ orders: 2_500, counts: { disputes: 60, subscriptionContracts: 200 } })
    const orders = sandbox.expected('orders') as Loose[]
    const words = (objects: readonly Loose[], field: string) => new Set(objects.map((object) => object[field]))
    expect(words(orders, 'presentmentCurrencyCode')).toEqual(new Set(['USD', 'EUR', 'GBP', 'JPY', 'KWD', 'CAD']))
    expect(orders.some(({ totalPriceSet }) => units(totalPriceSet) > 2 ** 31)).toBe(true)
    expect(words(orders, 'displayFinancialStatus').size).toBe(8)
    const transactions = orders.flatMap((order) => order.transactions)
    expect(words(transactions, 'kind')).toEqual(new Set(['SALE', 'AUTHORIZATION', 'CAPTURE', 'VOID', 'REFUND']))
    expect(words(transactions, 'status')).toEqual(new Set(['SUCCESS', 'PENDING', 'FAILURE']))
    expect(words(sandbox.expected('disputes'), 'status').size).toBe(7)
    expect(words(sandbox.expected('subscriptionContracts'), 'status').size).toBe(5)
    expect(words(sandbox.expected('products'), 'status').size).toBe(3)
    expect(words(sandbox.expected('payouts'), 'status')).toEqual(new Set(['SCHEDULED', 'IN_TRANSIT', 'PAID', 'FAILED']))
    expect(Math.max(...orders.map(({ lineItems }) => lineItems.length))).toBe(260)
    expect(Math.max(...orders.map((order) => order.transactions.length))).toBeGreaterThan(100)
    expect(Math.max(...orders.map(({ refunds }) => refunds.length))).toBe(12)
  })

  it('agrees with itself: totals with lines, transactions and refunds, and payouts with what they hold', async () => {
    const sandbox = await setup({ orders: 600 })
    const all = (name: (typeof resourceNames)[number]) =>
      new Map(sandbox.expected(name).map((object) => [object.id, object as Loose]))
    const [orders, customers, variants, products] = [
      all('orders'),
      all('customers'),
      all('productVariants'),
      all('products'),
    ]
    for (const order of orders.values()) {
      const lines = sum(order.lineItems.map((line: Loose) => units(line.discountedTotalSet)))
      expect(units(order.subtotalPriceSet)).toBe(lines)
      const parts = [order.subtotalPriceSet, order.totalTaxSet, order.totalShippingPriceSet].map(units)
      expect(units(order.totalPriceSet)).toBe(sum(parts))
      const ids = (kinds: readonly string[]) =>
        sum(
          order.transactions
            .filter(({ kind, status }: Loose) => kinds.includes(kind) && status === 'SUCCESS')
            .map(({ amountSet }: Loose) => units(amountSet)),
        )
      expect(units(order.totalReceivedSet)).toBe(ids(['SALE', 'CAPTURE']))
      expect(units(order.totalRefundedSet)).toBe(ids(['REFUND']))
      expect(units(order.totalRefundedSet)).toBe(
        sum(order.refunds.map(({ totalRefundedSet }: Loose) => units(totalRefundedSet))),
      )
      if (order.customer) {
        expect(seconds(customers.get(order.customer.id).createdAt)).toBeLessThanOrEqual(seconds(order.createdAt))
      }
      for (const { variant, product } of order.lineItems)
        if (variant) expect(variants.get(variant.id).product).toEqual(product)
    }
    for (const { product } of variants.values()) expect(products.has(product.id)).toBe(true)
    const held = new Map<string, number>()
    for (const { associatedPayout, net } of sandbox.expected('balanceTransactions') as Loose[])
      if (associatedPayout.id !== null)
        held.set(associatedPayout.id, (held.get(associatedPayout.id) ?? 0) + minorUnits(net.amount, 'USD'))
    for (const { id, net } of sandbox.expected('payouts') as Loose[])
      expect(minorUnits(net.amount, 'USD')).toBe(held.get(id))
  })

  it('has ids beyond 32 bits, each once', async () => {
    const sandbox = await setup()
    const ids = resourceNames.flatMap((name) => sandbox.expected(name).map(({ id }) => id))
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids) expect(Number(id.split('/').at(-1))).toBeGreaterThan(2 ** 32)
  })
})

import { expect, test } from 'vitest'
import { daysAgo, inMonth, month } from './hand-account.ts'
import { type Fields, gid, money, openEmptyShop } from './shopify-shop.ts'

/*
 * Shops as Shopify's API answers them, read by a job, computed by hand from the specification. Shopify writes
 * decimals with one digit at least: 20.00 dollars are `20.0`, 1200 yen `1200.0`, 4.500 dinars `4.5`.
 */

test('the billing policy of a contract is brought to a month, for each line times its quantity', async () => {
  const { contract, line, sync, items, view } = await openEmptyShop()
  contract('monthly', ['MONTH', 1], [line('20.0', 3)]) // 3 × 2000
  contract('quarterly', ['MONTH', 3], [line('30.01')]) // 3001 / 3 = 1000.3333
  contract('yearly', ['YEAR', 1], [line('120.06')]) // 12006 / 12 = 1000.5
  contract('two years', ['YEAR', 2], [line('240.0')]) // 24000 / 24
  contract('thirteen weeks', ['WEEK', 13], [line('39.0')]) // 3900 × 52 / 12 / 13 = 1300
  contract('weekly', ['WEEK', 1], [line('5.0')]) // 500 × 52 / 12 = 2166.6667
  contract('ten days', ['DAY', 10], [line('10.0')]) // 1000 × 365 / 12 / 10 = 3041.6667
  contract('box', ['MONTH', 1], [line('12.0', 2), line('5.0')]) // 2400 + 500
  contract('delivered', ['MONTH', 1], [line('7.0')], { deliveryPrice: money('4.99') }) // 700, without the delivery
  await sync()
  expect(await items('i.state, i.currency, i.mrr')).toEqual([
    'box active usd 500',
    'box active usd 2400',
    'delivered active usd 700',
    'monthly active usd 6000',
    'quarterly active usd 1000.3333',
    'ten days active usd 3041.6667',
    'thirteen weeks active usd 1300',
    'two years active usd 1000',
    'weekly active usd 2166.6667',
    'yearly active usd 1000.5',
  ])
  // 2900 + 700 + 6000 + 1000.3333 + 3041.6667 + 1300 + 1000 + 2166.6667 + 1000.5 = 19109.1667
  expect(await view('mrr', 'currency, mrr, subscriptions, customers, unpriced_items')).toEqual(['usd 19109 9 9 0'])
})

test('a contract has its own currency, and yen and dinars have their own decimals', async () => {
  const { contract, line, sync, view } = await openEmptyShop()
  contract('yen', ['YEAR', 1], [line('14400.0', 1, { currency: 'JPY' })], { currency: 'JPY' }) // 14400 / 12
  contract('dinars', ['MONTH', 1], [line('4.5', 2, { currency: 'KWD' })], { currency: 'KWD' }) // 2 × 4500
  contract('euros', ['MONTH', 1], [line('9.99', 1, { currency: 'EUR' })], { currency: 'EUR' })
  contract('dollars', ['MONTH', 1], [line('10.0')])
  await sync()
  expect(await view('mrr', 'currency, mrr, subscriptions, customers')).toEqual([
    'eur 999 1 1',
    'jpy 1200 1 1',
    'kwd 9000 1 1',
    'usd 1000 1 1',
  ])
})

test('a contract counts by its status', async () => {
  const { contract, line, sync, view } = await openEmptyShop()
  contract('active', ['MONTH', 1], [line('10.0')])
  contract('owes', ['MONTH', 1], [line('10.0')], {
    lastPaymentStatus: 'FAILED',
    lastBillingAttemptErrorType: 'CUSTOMER_ERROR',
  })
  for (const status of ['PAUSED', 'FAILED', 'CANCELLED', 'EXPIRED'])
    contract(status, ['MONTH', 1], [line('10.0')], { status, nextBillingDate: null })
  await sync()
  expect(await view('item_mrr', 'state, count(*) as items, sum(mrr) as mrr', { where: 'true group by state' })).toEqual(
    ['active 2 2000', 'canceled 1 1000', 'ended 1 1000', 'paused 1 1000', 'unpaid 1 1000'],
  )
  expect(await view('mrr', 'mrr, paused_mrr, subscriptions, customers')).toEqual(['2000 1000 2 2'])
})

test('a discount of a contract lowers its MRR while it runs, and one for a single order does not', async () => {
  const { contract, line, sync, items, view } = await openEmptyShop()
  const discount = (id: number, recurringCycleLimit: number | null, usageCount: number, percentage: number) => ({
    __typename: 'SubscriptionManualDiscount',
    id: gid('SubscriptionManualDiscount', id),
    recurringCycleLimit,
    usageCount,
    title: 'Thanks',
    type: 'MANUAL',
    targetType: 'LINE_ITEM',
    rejectionReason: null,
    value: { __typename: 'SubscriptionDiscountPercentageValue', percentage },
    entitledLines: { __typename: 'SubscriptionDiscountEntitledLines', all: true, lines: [] },
  })
  const allocated = (amount: string, of: Fields) => [
    { __typename: 'SubscriptionDiscountAllocation', amount: money(amount), discount: of },
  ]
  const forever = discount(1, null, 4, 10)
  const repeating = discount(2, 3, 1, 10)
  const once = discount(3, 1, 0, 50)
  const used = discount(4, 3, 3, 10)
  contract(
    'forever',
    ['MONTH', 1],
    [line('20.0', 2, { lineDiscountedPrice: money('36.0'), discountAllocations: allocated('4.0', forever) })],
    { discounts: [forever] },
  )
  contract(
    'repeating',
    ['YEAR', 1],
    [line('120.0', 1, { lineDiscountedPrice: money('108.0'), discountAllocations: allocated('12.0', repeating) })],
    { discounts: [repeating] },
  )
  contract(
    'once',
    ['MONTH', 1],
    [line('20.0', 1, { lineDiscountedPrice: money('10.0'), discountAllocations: allocated('10.0', once) })],
    { discounts: [once] },
  )
  contract('used', ['MONTH', 1], [line('20.0')], { discounts: [used] })
  await sync()
  expect(await items('i.gross_mrr, i.forever_discount, i.repeating_discount, i.once_discount, i.mrr')).toEqual([
    'forever 4000 400 0 0 3600', // 4000 − 10 %
    'once 2000 0 0 1000 2000', // half of the next order, which is no MRR
    'repeating 1000 0 100 0 900', // (12000 − 1200) / 12
    'used 2000 0 0 0 2000', // the three orders were made
  ])
  expect(await view('mrr', 'mrr, gross_mrr')).toEqual(['8500 9000'])
})

test('net revenue of a shop is its balance: charges, refunds, disputes and fees, by the month of each line', async () => {
  const { shop, sync, view } = await openEmptyShop()
  const balance = (ago: number, type: string, amount: string, fee: string, sourceType: string | null = null) =>
    shop.insert('balanceTransactions', {
      type,
      sourceType,
      sourceId: null,
      sourceOrderTransactionId: null,
      transactionDate: inMonth(ago),
      test: false,
      adjustmentReason: null,
      amount: money(amount),
      fee: money(fee),
      net: money(String(Number(amount) - Number(fee))),
      associatedOrder: null,
    })
  balance(2, 'CHARGE', '100.0', '3.2', 'CHARGE')
  balance(2, 'CHARGE', '40.0', '1.46', 'CHARGE')
  balance(2, 'REFUND', '-20.0', '0.0', 'REFUND')
  balance(2, 'DISPUTE_WITHDRAWAL', '-50.0', '15.0', 'DISPUTE')
  balance(2, 'TRANSFER', '-30.0', '0.0', 'TRANSFER')
  balance(2, 'REFUND', '-5.0', '0.0', 'REFUND')
  balance(1, 'REFUND_FAILURE', '5.0', '0.0', 'REFUND')
  balance(1, 'DISPUTE_REVERSAL', '50.0', '-15.0', 'DISPUTE')
  balance(1, 'CHARGEBACK_FEE', '-15.0', '0.0', 'ADJUSTMENT')
  await sync()
  // charged 14000; fees 320 + 146 + 1500 = 1966; net 14000 − 2500 − 5000 − 1966 = 4534
  // later: a refund of 500 failed, the dispute is won with its fee, and a fee of 1500 is taken: −1500 + 1500 = 0
  expect(
    await view('net_revenue', 'currency, month, charged, refunded, disputed, fees, net', { order: 'month' }),
  ).toEqual([`usd ${month(2)} 14000 2500 5000 1966 4534`, `usd ${month(1)} 0 -500 -5000 0 5500`])
  expect(await view('unmapped', 'kind, status, rows')).toEqual([])
})

test('sales of a shop are its sales and captures in its own currency, less its refunds', async () => {
  const { shop, sync, view } = await openEmptyShop()
  const bag = (amount: string, presented = amount, currency = 'USD') => ({
    __typename: 'MoneyBag',
    shopMoney: money(amount),
    presentmentMoney: money(presented, currency),
  })
  let payments = 0
  const pay = (ago: number, kind: string, status: string, amount: Fields) => ({
    id: gid('OrderTransaction', 8_000_000 + payments++),
    __typename: 'OrderTransaction',
    kind,
    status,
    test: false,
    gateway: 'shopify_payments',
    formattedGateway: 'Shopify Payments',
    createdAt: inMonth(ago),
    processedAt: inMonth(ago),
    errorCode: null,
    paymentId: null,
    settlementCurrency: null,
    settlementCurrencyRate: null,
    amountSet: amount,
    parentTransaction: null,
    fees: [],
    paymentDetails: null,
  })
  const order = (ago: number, transactions: readonly Fields[], refunds: readonly Fields[] = []) =>
    shop.insert('orders', {
      createdAt: inMonth(ago),
      updatedAt: inMonth(ago),
      processedAt: inMonth(ago),
      test: false,
      customer: null,
      displayFinancialStatus: 'PAID',
      lineItems: [],
      transactions,
      refunds,
    })
  const refund = (id: number, ago: number, amount: Fields) => ({
    id: gid('Refund', id),
    __typename: 'Refund',
    legacyResourceId: String(id),
    createdAt: inMonth(ago),
    updatedAt: inMonth(ago),
    processedAt: inMonth(ago),
    note: null,
    totalRefundedSet: amount,
    transactions: [pay(ago, 'REFUND', 'SUCCESS', amount)],
    refundLineItems: [],
    orderAdjustments: [],
  })
  order(2, [pay(2, 'SALE', 'SUCCESS', bag('100.0'))], [refund(7_000_001, 1, bag('20.0'))])
  order(2, [pay(2, 'AUTHORIZATION', 'SUCCESS', bag('50.0')), pay(1, 'CAPTURE', 'SUCCESS', bag('45.0'))])
  order(2, [pay(2, 'AUTHORIZATION', 'SUCCESS', bag('70.0'))])
  order(2, [pay(2, 'SALE', 'FAILURE', bag('30.0')), pay(2, 'SALE', 'SUCCESS', bag('30.0'))])
  order(2, [pay(2, 'SALE', 'PENDING', bag('60.0'))])
  order(2, [pay(2, 'SALE', 'SUCCESS', bag('11.0', '10.0', 'EUR'))])
  await sync()
  // 10000 + 3000 + 1100, the euros as dollars of the shop; later 4500 of 5000 are captured, and 2000 go back
  expect(await view('sales', 'currency, month, taken, returned, net', { order: 'month' })).toEqual([
    `usd ${month(2)} 14100 0 14100`,
    `usd ${month(1)} 4500 2000 2500`,
  ])
})

test('months of a shop begin with the contracts themselves, and what a later job finds moves them', async () => {
  const { shop, contract, line, sync, query, view } = await openEmptyShop()
  const grows = contract('grows', ['MONTH', 1], [line('10.0')])
  const ends = contract('ends', ['MONTH', 1], [line('30.0')])
  contract('stays', ['YEAR', 1], [line('120.0')])
  await sync()
  await query(`update mrr_history set valid_from = valid_from - interval '3 days' where source = 'sync'`)
  await query(`update sync_accounts set mrr_computed_at = mrr_computed_at - interval '3 days'`)
  shop.update('subscriptionContracts', grows.id, { lines: [line('10.0', 2)], updatedAt: daysAgo(0) })
  shop.update('subscriptionContracts', ends.id, { status: 'CANCELLED', updatedAt: daysAgo(0) })
  await sync()
  // new 1000 + 3000 + 1000, then 1000 more and 3000 less
  expect(
    await view('mrr_changes', 'kind, sum(amount) as amount, count(*) as changes', { where: 'true group by kind' }),
  ).toEqual(['churn 3000 1', 'expansion 1000 1', 'new 5000 3'])
  expect(await view('mrr', 'mrr, customers')).toEqual(['3000 2'])
  // The running month closes with what there is now.
  expect(await view('mrr_months', 'closing, customers_closing, arpa', { where: `month = '${month(0)}'` })).toEqual([
    '3000 2 1500',
  ])
})

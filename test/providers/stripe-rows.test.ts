import { describe, expect, test } from 'vitest'
import { examples, mappingOf } from './stripe-objects.ts'

/*
 * Whole rows, from the shapes of today and from those of events of older API versions.
 */

const date = (second: number) => new Date(second * 1_000)
const row = (name: string, item: object) => mappingOf(name).row({ ...examples.get(name), ...item })

describe('a subscription', () => {
  const item = (start: number, end: number) => ({ current_period_start: start, current_period_end: end })
  const today = {
    items: { object: 'list', has_more: false, data: [item(200, 300), item(100, 250), item(150, 400)] },
    cancellation_details: { comment: null, feedback: 'unused', reason: 'cancellation_requested' },
    latest_invoice: { id: 'in_1', object: 'invoice' },
    customer: { id: 'cus_1', object: 'customer', deleted: true },
    discounts: ['di_1', { id: 'di_2', source: { coupon: 'HALF', type: 'coupon' } }],
  }

  test('has the period from the earliest to the latest of its items', () => {
    expect(row('subscriptions', today)).toEqual({
      id: 'sub_1Pgc6rB7WZ01zgkWNy0Cn5nw',
      customerId: 'cus_1',
      status: 'active',
      currency: 'usd',
      collectionMethod: 'charge_automatically',
      currentPeriodStart: date(100),
      currentPeriodEnd: date(400),
      billingCycleAnchor: date(1234567890),
      startDate: date(1234567890),
      trialStart: date(1234567890),
      trialEnd: date(1234567890),
      cancelAt: date(1234567890),
      cancelAtPeriodEnd: true,
      canceledAt: date(1234567890),
      endedAt: date(1234567890),
      cancellationReason: 'cancellation_requested',
      cancellationFeedback: 'unused',
      pauseBehavior: 'mark_uncollectible',
      pauseResumesAt: null,
      daysUntilDue: null,
      defaultPaymentMethodId: null,
      latestInvoiceId: 'in_1',
      scheduleId: null,
      couponId: 'HALF',
      discountIds: ['di_1', 'di_2'],
      orderId: null,
      locationId: null,
      livemode: false,
      metadata: {},
      createdAt: date(1234567890),
      updatedAt: null,
    })
  })

  test('had a period, a discount and a coupon of its own', () => {
    const old = {
      current_period_start: 500,
      current_period_end: 600,
      items: { data: [{ id: 'si_1' }] },
      discounts: undefined,
      discount: { id: 'di_3', object: 'discount', coupon: { id: 'OLD', object: 'coupon' } },
    }
    expect(row('subscriptions', old)).toEqual({
      ...row('subscriptions', today),
      currentPeriodStart: date(500),
      currentPeriodEnd: date(600),
      customerId: 'cus_QXg1o8vcGmoR32',
      latestInvoiceId: null,
      cancellationReason: null,
      cancellationFeedback: null,
      couponId: 'OLD',
      discountIds: ['di_3'],
    })
  })
})

test('an item of a subscription belongs to the parent it was read from; plans were prices once', () => {
  const today = row('subscription_items', {})
  expect(today).toEqual({
    id: 'si_QXhVBoJ7NQdNXh',
    subscriptionId: 'parent',
    priceId: 'price_1PgafmB7WZ01zgkW6dKueIc5',
    productId: 'prod_QXg1hqf4jFNsqG',
    quantity: 1,
    unitAmount: null,
    currency: null,
    currentPeriodStart: date(1896570518),
    currentPeriodEnd: date(976287773),
    discountIds: [],
    metadata: {},
    createdAt: date(1721954060),
    updatedAt: null,
  })
  const plan = { id: 'gold', object: 'plan', product: { id: 'prod_1', object: 'product' } }
  expect(row('subscription_items', { price: undefined, plan })).toEqual({
    ...today,
    priceId: 'gold',
    productId: 'prod_1',
  })
})

describe('an invoice', () => {
  const same = { subtotal: 1_000, total: 1_071, status_transitions: { finalized_at: 10, paid_at: 20 } }
  const money = { discountAmount: 100, taxAmount: 171, finalizedAt: date(10), paidAt: date(20), voidedAt: null }
  const discounts = {
    total_discount_amounts: [
      { amount: 60, discount: 'di_1' },
      { amount: 40, discount: 'di_2' },
    ],
  }

  test('names its subscription in `parent`', () => {
    const item = { ...same, ...discounts, total_taxes: [{ amount: 100 }, { amount: 71 }] }
    const parent = {
      type: 'subscription_details',
      subscription_details: { subscription: 'sub_1' },
      quote_details: null,
    }
    expect(row('invoices', { ...item, parent })).toMatchObject({ ...money, subscriptionId: 'sub_1' })
  })

  test.each([{ total_tax_amounts: [{ amount: 171 }] }, { tax: 171 }])('named it itself, with %j', (taxes) => {
    const item = { ...same, ...discounts, ...taxes, parent: undefined, subscription: { id: 'sub_1' } }
    expect(row('invoices', item)).toMatchObject({ ...money, subscriptionId: 'sub_1' })
  })

  test('sums no floats and nothing past what a double holds', () => {
    for (const total_taxes of [[{ amount: 0.5 }], [{ amount: 2 ** 53 - 1 }, { amount: 1 }], 'x', [5], { amount: 5 }])
      expect(row('invoices', { total_taxes })).toMatchObject({ taxAmount: null })
    expect(row('invoices', { total_taxes: [] })).toMatchObject({ taxAmount: 0 })
  })
})

describe('a line of an invoice', () => {
  const expected = {
    invoiceId: 'parent',
    subscriptionId: 'sub_1',
    subscriptionItemId: 'si_1',
    invoiceItemId: null,
    priceId: 'price_1',
    productId: 'prod_1',
    type: 'subscription_item',
    amount: 1_000,
    subtotal: 900,
    discountAmount: 100,
    taxAmount: 19,
    quantity: 2,
    unitAmountDecimal: '500.125',
    proration: true,
  }
  const same = { quantity: 2, amount: 1_000, subtotal: 900, discount_amounts: [{ amount: 100 }] }

  test('says what it is from in `parent` and `pricing`', () => {
    const details = { subscription: 'sub_1', subscription_item: 'si_1', invoice_item: null, proration: true }
    const item = {
      ...same,
      quantity_decimal: '2.000000000001',
      taxes: [{ amount: 19 }],
      pricing: { unit_amount_decimal: '500.125', price_details: { price: 'price_1', product: 'prod_1' } },
      parent: { type: 'subscription_item_details', subscription_item_details: details, invoice_item_details: null },
    }
    expect(row('invoice_lines', item)).toMatchObject({ ...expected, quantityDecimal: '2.000000000001' })
  })

  test('said it in fields of its own', () => {
    const item = {
      ...same,
      ...{ parent: undefined, pricing: undefined, quantity_decimal: undefined, taxes: undefined },
      ...{ type: 'subscription', subscription: 'sub_1', subscription_item: 'si_1', proration: true },
      tax_amounts: [{ amount: 19 }],
      price: { id: 'price_1', object: 'price', product: 'prod_1', unit_amount_decimal: '500.125' },
    }
    expect(row('invoice_lines', item)).toMatchObject({ ...expected, quantityDecimal: '2' })
    const other = row('invoice_lines', { ...item, type: 'invoiceitem', invoice_item: 'ii_1', subscription: null })
    expect(other).toMatchObject({ type: 'invoice_item', invoiceItemId: 'ii_1', subscriptionId: null })
  })
})

test('an invoice item is created on its date', () => {
  const pricing = { price_details: { price: { id: 'price_1', object: 'price' }, product: 'prod_1' } }
  expect(row('invoice_items', { date: 77, created: 5, pricing, quantity_decimal: '0.1' })).toMatchObject({
    createdAt: date(77),
    priceId: 'price_1',
    productId: 'prod_1',
    quantityDecimal: '0.1',
    subscriptionId: 'subscription',
  })
})

test.each<[string, string, object, object]>([
  ['a coupon of a promotion code', 'promotion_codes', { promotion: { coupon: 'A' } }, { couponId: 'A' }],
  ['it was whole, beside', 'promotion_codes', { promotion: undefined, coupon: { id: 'A' } }, { couponId: 'A' }],
  ['a percentage as a number', 'coupons', { percent_off: 33.333 }, { percentOff: '33.333' }],
  ['a tiny price', 'prices', { unit_amount_decimal: '0.000000000001' }, { unitAmountDecimal: '0.000000000001' }],
  [
    'more digits than a double has',
    'prices',
    { unit_amount_decimal: '12345678901234567890.123456789012' },
    {
      unitAmountDecimal: '12345678901234567890.123456789012',
    },
  ],
  ['an exchange rate', 'balance_transactions', { exchange_rate: 1.0737 }, { exchangeRate: '1.0737' }],
  ['money with a fraction is none', 'payments', { amount: 10.5 }, { amount: null }],
  ['an invoice of a charge, once', 'payments', { invoice: 'in_1' }, { invoiceId: 'in_1' }],
  [
    'the place of a Terminal reader',
    'payments',
    { payment_method_details: { type: 'card_present', card_present: { location: 'tml_1' } } },
    { locationId: 'tml_1' },
  ],
  [
    'the money that a customer saw',
    'payments',
    { presentment_details: { presentment_amount: 1_500, presentment_currency: 'jpy' } },
    { presentmentAmount: 1_500, presentmentCurrency: 'jpy' },
  ],
  [
    'the money that a customer got back',
    'refunds',
    { presentment_details: { presentment_amount: 700, presentment_currency: 'jpy' } },
    { presentmentAmount: 700, presentmentCurrency: 'jpy' },
  ],
  ['a refund of a whole payment', 'refunds', { charge: { id: 'ch_1', object: 'charge' } }, { paymentId: 'ch_1' }],
  ['the latest attempt', 'payment_intents', { latest_charge: 'ch_2' }, { latestPaymentId: 'ch_2' }],
  ['it was embedded', 'payment_intents', { charges: { data: [{ id: 'ch_3' }] } }, { latestPaymentId: 'ch_3' }],
  ['refunds of a credit note', 'credit_notes', { refunds: [{ refund: { id: 're_1' } }] }, { refundId: 're_1' }],
  ['it was one', 'credit_notes', { refunds: undefined, refund: 're_1' }, { refundId: 're_1' }],
  ['who paid an invoice', 'invoice_payments', { payment: { payment_intent: 'pi_1' } }, { paymentIntentId: 'pi_1' }],
  ['a time in milliseconds is none', 'payouts', { arrival_date: 1_700_000_000_000 }, { arrivalDate: null }],
])('%s', (_, name, item, expected) => {
  expect(row(name, item)).toMatchObject(expected)
})

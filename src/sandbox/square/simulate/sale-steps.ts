import { inCurrency, money } from '../money.ts'
import type { SquareObject } from '../square-object.ts'
import { timestamp } from '../timestamps.ts'
import { amountIn, completeOrder, currencyIn, pay, sendOffline, takeOrder } from './sales.ts'
import type { SimulatedMerchant, Step } from './simulated-merchant.ts'

/** Orders, payments, refunds and disputes. */
export const saleSteps: Readonly<Record<string, Step>> = {
  'order is opened': (merchant) => takeOrder(merchant).id,
  'order is canceled': (merchant) => {
    const order = merchant.pick('orders', ({ state, tenders }) => state === 'OPEN' && !tenders)
    return order && changed(merchant, 'orders', order, { state: 'CANCELED', closed_at: timestamp(merchant.now()) })
  },
  'sale is made': (merchant) => pay(merchant, takeOrder(merchant)).id,
  'sale comes late': (merchant) => sendOffline(merchant, false).id,
  'sale comes late and keeps its time of change': (merchant) => sendOffline(merchant, true).id,
  'payment is authorized': (merchant) =>
    pay(merchant, takeOrder(merchant), { status: 'APPROVED', receipt_url: undefined }).id,
  'payment is completed': (merchant) => {
    const payment = merchant.pick('payments', ({ status }) => status === 'APPROVED' || status === 'PENDING')
    if (!payment) return
    completeOrder(merchant, String(payment.order_id), payment)
    return changed(merchant, 'payments', payment, { status: 'COMPLETED' })
  },
  'payment is canceled': (merchant) => {
    const payment = merchant.pick('payments', ({ status }) => status === 'APPROVED')
    return payment && changed(merchant, 'payments', payment, { status: 'CANCELED' })
  },
  'payment gets its fee': (merchant) => {
    const payment = merchant.pick('payments', ({ status, processing_fee }) => status === 'COMPLETED' && !processing_fee)
    const fee = { type: 'INITIAL', amount_money: money(35, currencyIn(payment?.amount_money)) }
    return payment && changed(merchant, 'payments', payment, { processing_fee: [fee] })
  },
  'payment is refunded in part': (merchant) => refund(merchant, 3),
  'payment is refunded': (merchant) => refund(merchant, 1),
  'refund is completed': (merchant) => settleRefund(merchant, 'COMPLETED'),
  'refund fails': (merchant) => settleRefund(merchant, 'FAILED'),
  'payment is disputed': (merchant) => {
    const payment = merchant.pick('payments', ({ status }) => status === 'COMPLETED')
    if (!payment) return
    return merchant.insert('disputes', {
      dispute_id: undefined,
      amount_money: payment.amount_money,
      state: 'EVIDENCE_REQUIRED',
      disputed_payment: { payment_id: payment.id },
      due_at: timestamp(merchant.now() + 14 * 86_400_000),
      reported_at: timestamp(merchant.now()),
      location_id: payment.location_id,
    }).id
  },
  'dispute is decided': (merchant) => {
    const dispute = merchant.pick('disputes', ({ state }) => state === 'EVIDENCE_REQUIRED' || state === 'PROCESSING')
    const state = merchant.random() % 2 === 0 ? 'WON' : 'LOST'
    return dispute && changed(merchant, 'disputes', dispute, { state })
  },
  'payout is sent': (merchant) => {
    const location = merchant.data.locations[merchant.random() % merchant.data.locations.length]
    if (!location) return
    const { currency } = location
    const nets = [1, 2, 3].map(() => inCurrency(500 + (merchant.random() % 5_000), currency))
    const total = nets.reduce((sum, net) => sum + net, 0)
    const amount = money(total, currency)
    const payout = merchant.insert('payouts', { status: 'SENT', location_id: location.id, amount_money: amount })
    for (const net of nets)
      merchant.insert('entries', {
        payout_id: payout.id,
        type: 'CHARGE',
        gross_amount_money: money(net + 10, currency),
        fee_amount_money: money(10, currency),
        net_amount_money: money(net, currency),
        type_charge_details: { payment_id: merchant.pick('payments')?.id },
        type_refund_details: undefined,
      })
    return payout.id
  },
  'payout is paid': (merchant) => settlePayout(merchant, 'PAID'),
  'payout fails': (merchant) => settlePayout(merchant, 'FAILED'),
}

function changed(
  merchant: SimulatedMerchant,
  resource: 'orders' | 'payments' | 'refunds' | 'disputes' | 'payouts',
  { id }: SquareObject,
  patch: Readonly<Record<string, unknown>>,
): string {
  return merchant.update(resource, id, patch).id
}

function refund(merchant: SimulatedMerchant, share: number): string | undefined {
  const payment = merchant.pick(
    'payments',
    ({ status, refunded_money, amount_money }) =>
      status === 'COMPLETED' && !refunded_money && amountIn(amount_money) >= share,
  )
  if (!payment) return
  const amount = money(Math.floor(amountIn(payment.amount_money) / share), currencyIn(payment.amount_money))
  const { id } = merchant.insert('refunds', {
    status: 'PENDING',
    location_id: payment.location_id,
    amount_money: amount,
    processing_fee: undefined,
    payment_id: payment.id,
    order_id: payment.order_id,
  })
  merchant.update('payments', payment.id, { refunded_money: amount, refund_ids: [id] })
  return id
}

function settleRefund(merchant: SimulatedMerchant, status: string): string | undefined {
  const pending = merchant.pick('refunds', (refund) => refund.status === 'PENDING')
  return pending && changed(merchant, 'refunds', pending, { status })
}

function settlePayout(merchant: SimulatedMerchant, status: string): string | undefined {
  const sent = merchant.pick('payouts', (payout) => payout.status === 'SENT')
  return sent && changed(merchant, 'payouts', sent, { status })
}

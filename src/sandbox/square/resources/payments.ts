import { notes } from '../../server/sample-text.ts'
import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import type { Fields } from '../square-object.ts'
import { hour, second, timestamp } from '../timestamps.ts'
import { locationId, locationOfPayment } from './location-of.ts'
import { type PaymentFacts, paymentAt, paymentCreated, paymentUpdated } from './payment-facts.ts'
import { sourceDetails } from './payment-source.ts'

export const payments: Resource = {
  idPrefix: '',
  count: (payments) => payments,
  created: paymentCreated,
  updated: paymentUpdated,
  location: locationOfPayment,
  generate(n, data) {
    const facts = paymentAt(n, data)
    const { amount, currency, tip, status } = facts
    const created = paymentCreated(n, data)
    const order = n < data.count('payments') ? data.ref('orders', n) : undefined
    const customer = data.ref('customers', facts.customer)
    return {
      created_at: timestamp(created),
      updated_at: timestamp(paymentUpdated(n, data)),
      amount_money: money(amount, currency),
      ...(tip > 0 ? { tip_money: money(tip, currency) } : {}),
      total_money: money(amount + tip, currency),
      ...(status === 'FAILED' ? {} : { approved_money: money(amount + tip, currency) }),
      ...completion(n, data, facts),
      ...refunded(n, data, facts),
      status,
      ...(status === 'APPROVED' ? { delay_duration: 'PT168H', delay_action: 'CANCEL' } : {}),
      ...sourceDetails(facts, created),
      location_id: locationId(facts.location, data),
      ...(order === undefined ? {} : { order_id: order }),
      ...(customer === undefined ? {} : { customer_id: customer }),
      ...(n % 9 === 0 ? { reference_id: `till-${n}`, note: notes[n % notes.length] } : {}),
      ...(n % 4 === 0 ? { buyer_email_address: `customer${facts.customer ?? n}@example.com` } : {}),
      ...(n % 6 === 0 ? { team_member_id: `TM${n % 7}`, employee_id: `TM${n % 7}` } : {}),
      ...(facts.offline
        ? { is_offline_payment: true, offline_payment_details: { client_created_at: timestamp(takenOffline(n, data)) } }
        : {}),
      application_details: { square_product: n % 4 === 3 ? 'INVOICES' : 'SQUARE_POS' },
      version_token: `v${n.toString(36)}o`,
    }
  },
}

/** When a till without a connection took the payment: up to 72 hours before Square heard of it. */
export const takenOffline = (n: number, data: Dataset) => paymentCreated(n, data) - ((n * 13) % 72) * hour - second

/** Square's fee: 2.6 % and some. */
export const feeOf = ({ amount, tip }: Pick<PaymentFacts, 'amount' | 'tip'>) => Math.round((amount + tip) * 0.026) + 10

function completion(n: number, data: Dataset, facts: PaymentFacts): Fields {
  if (facts.status !== 'COMPLETED') return {}
  const created = paymentCreated(n, data)
  const fee = {
    effective_at: timestamp(created + 2 * hour),
    type: 'INITIAL',
    amount_money: money(feeOf(facts), facts.currency),
  }
  return {
    // The fee of the newest payments is not known yet.
    ...(facts.source === 'CASH' || facts.source === 'EXTERNAL' || n < 3 ? {} : { processing_fee: [fee] }),
    receipt_number: data.id('payments', n).slice(0, 4),
    receipt_url: `https://squareup.com/receipt/preview/${data.id('payments', n)}`,
  }
}

function refunded(n: number, data: Dataset, { refunds, currency }: PaymentFacts): Fields {
  if (refunds.length === 0) return {}
  const first = data.children('refunds', n)[0]
  return {
    refunded_money: money(
      refunds.reduce((sum, amount) => sum + amount, 0),
      currency,
    ),
    refund_ids: refunds.map((_, at) => data.id('refunds', first + at)),
  }
}

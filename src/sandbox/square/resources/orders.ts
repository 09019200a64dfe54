import { money } from '../money.ts'
import type { Dataset, Resource } from '../resource.ts'
import type { Fields } from '../square-object.ts'
import { timestamp } from '../timestamps.ts'
import { locationId, locationOfPayment } from './location-of.ts'
import { type OrderFacts, orderAt, orderCreated, orderUpdated } from './order-facts.ts'
import { linesOf } from './order-lines.ts'
import { feeOf } from './payments.ts'

export const orders: Resource = {
  idPrefix: '',
  count: (payments, countOf) => payments + countOf('invoices') + Math.floor(payments / 20),
  created: orderCreated,
  updated: orderUpdated,
  location: (n, data) => (n < data.count('payments') ? locationOfPayment(n, data) : orderAt(n, data).location),
  generate(n, data) {
    const facts = orderAt(n, data)
    const { state, location, currency, amount, tip } = facts
    const customer = data.ref('customers', facts.customer)
    const closed = state === 'COMPLETED' || state === 'CANCELED'
    const { lines, taxes, discounts } = linesOf(amount, currency, data.draw('orders', n))
    const sum = (values: readonly number[]) =>
      money(
        values.reduce((total, value) => total + value, 0),
        currency,
      )
    return {
      location_id: locationId(location, data),
      source: { name: n % 4 === 0 ? 'Square Online' : 'Square Point of Sale' },
      ...(customer === undefined ? {} : { customer_id: customer }),
      ...(n % 9 === 0 ? { reference_id: `till-${n}`, metadata: { channel: 'shop ✓', batch: String(n) } } : {}),
      line_items: lines.map(({ item }) => item),
      ...(taxes.length > 0 ? { taxes } : {}),
      ...(discounts.length > 0 ? { discounts } : {}),
      net_amounts: {
        total_money: money(amount + tip, currency),
        tax_money: sum(lines.map(({ tax }) => tax)),
        discount_money: sum(lines.map(({ discount }) => discount)),
        tip_money: money(tip, currency),
        service_charge_money: money(0, currency),
      },
      ...tenders(n, data, facts),
      created_at: timestamp(orderCreated(n, data)),
      updated_at: timestamp(orderUpdated(n, data)),
      ...(closed ? { closed_at: timestamp(orderUpdated(n, data)) } : {}),
      state,
      ...(n % 3 === 0 ? {} : { version: 1 + (n % 5) }),
      total_money: money(amount + tip, currency),
      total_tax_money: sum(lines.map(({ tax }) => tax)),
      total_discount_money: sum(lines.map(({ discount }) => discount)),
      total_tip_money: money(tip, currency),
      total_service_charge_money: money(0, currency),
      ...(n % 7 === 0 ? { ticket_name: `Table ${n % 40}` } : {}),
      net_amount_due_money: money(state === 'COMPLETED' ? 0 : amount + tip, currency),
    }
  },
}

function tenders(n: number, data: Dataset, facts: OrderFacts): Fields {
  const { payment, state, amount, tip, currency } = facts
  if (payment === undefined || state !== 'COMPLETED') return {}
  const customer = data.ref('customers', facts.customer)
  return {
    tenders: [
      {
        id: data.id('payments', payment),
        location_id: locationId(facts.location, data),
        transaction_id: data.id('orders', n),
        created_at: timestamp(data.created('payments', payment)),
        amount_money: money(amount + tip, currency),
        processing_fee_money: money(feeOf({ amount, tip }), currency),
        ...(tip > 0 ? { tip_money: money(tip, currency) } : {}),
        ...(customer === undefined ? {} : { customer_id: customer }),
        type: 'CARD',
        payment_id: data.id('payments', payment),
      },
    ],
  }
}

import { describe, expect, it } from 'vitest'
import { type ResourceName, resourceNames, type SquareObject } from '../../../src/sandbox/square/index.ts'
import { ms, setup } from './support.ts'

const amount = (money: unknown) => (money as { amount: number } | undefined)?.amount ?? 0
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const words = (objects: readonly SquareObject[], field: string) =>
  new Set(objects.map((object) => String(object[field])))

function grouped(objects: readonly SquareObject[], field: string): ReadonlyMap<unknown, readonly SquareObject[]> {
  const groups = new Map<unknown, SquareObject[]>()
  for (const object of objects) groups.set(object[field], [...(groups.get(object[field]) ?? []), object])
  return groups
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an object holds
type Loose = any

describe('the generated merchant', () => {
  it('is the same for the same seed and another for another', async () => {
    const [first, same, other] = [await setup(), await setup(), await setup({ seed: 2 })]
    for (const name of resourceNames) {
      expect(first.expected(name)).toEqual(same.expected(name))
      expect(first.expected(name)).not.toEqual(other.expected(name))
    }
  })

  it('has exact numbers where the options name them, and none if there are no payments and no customers', async () => {
    const sandbox = await setup({ payments: 0, counts: { customers: 3, payments: 5 } })
    expect([sandbox.expected('customers').length, sandbox.expected('payments').length]).toEqual([3, 5])
    const empty = await setup({ payments: 0, counts: { customers: 0, plans: 0 } })
    for (const name of resourceNames) expect([name, empty.expected(name)]).toEqual([name, []])
  })

  it('spans several years, and nothing in it is of the future', async () => {
    const sandbox = await setup({ density: 'uniform' })
    for (const name of resourceNames)
      for (const { created_at, updated_at } of sandbox.expected(name) as Loose[]) {
        if (created_at && updated_at) expect(Date.parse(updated_at)).toBeGreaterThanOrEqual(Date.parse(created_at))
        expect(Date.parse(updated_at ?? created_at ?? '2000-01-01')).toBeLessThanOrEqual(ms)
      }
    const years = new Set(sandbox.expected('payments').map(({ created_at }) => String(created_at).slice(0, 4)))
    expect(years.size).toBeGreaterThanOrEqual(5)
  })

  it('has currencies without decimals and with three, and every state that billing knows', async () => {
    const sandbox = await setup({ payments: 4_000 })
    const payments = sandbox.expected('payments') as Loose[]
    expect(new Set(payments.map(({ amount_money }) => amount_money.currency))).toEqual(
      new Set(['USD', 'JPY', 'EUR', 'GBP', 'KWD']),
    )
    expect(payments.some(({ amount_money }) => amount_money.amount > 2 ** 31)).toBe(true)
    const states: Partial<Record<ResourceName, readonly [string, number]>> = {
      payments: ['status', 5],
      refunds: ['status', 4],
      orders: ['state', 4],
      subscriptions: ['status', 6],
      invoices: ['status', 10],
      disputes: ['state', 8],
      payouts: ['status', 3],
    }
    for (const [name, [field, count]] of Object.entries(states))
      expect([name, words(sandbox.expected(name as ResourceName), field).size]).toEqual([name, count])
    const actions = sandbox.expected('subscriptions').flatMap((object: Loose) => object.actions ?? [])
    expect(new Set(actions.map(({ type }) => type))).toEqual(new Set(['CANCEL', 'RESUME', 'SWAP_PLAN']))
    const phases = sandbox.expected('variations').map((object: Loose) => object.subscription_plan_variation_data.phases)
    expect(phases.some(([first]) => first.pricing?.price_money?.amount === 0)).toBe(true)
    expect(new Set(phases.map(({ length }) => length))).toEqual(new Set([1, 2, 3]))
  })

  it('agrees with itself: refunds, orders, invoices and payouts with the payments and entries they name', async () => {
    const sandbox = await setup({ payments: 1_000 })
    const all = (name: ResourceName) => new Map(sandbox.expected(name).map((object: Loose) => [object.id, object]))
    const [payments, orders, customers] = [all('payments'), all('orders'), all('customers')]

    const refundsOf = grouped(sandbox.expected('refunds'), 'payment_id')
    for (const payment of payments.values()) {
      const refunds = refundsOf.get(payment.id) ?? []
      expect(payment.refund_ids ?? []).toEqual(refunds.map(({ id }) => id))
      expect(amount(payment.refunded_money)).toBe(sum(refunds.map(({ amount_money }) => amount(amount_money))))
      const order = orders.get(payment.order_id)
      expect(order.total_money).toEqual(payment.total_money)
      expect([order.location_id, order.customer_id]).toEqual([payment.location_id, payment.customer_id])
      if (payment.customer_id) expect(customers.has(payment.customer_id)).toBe(true)
    }
    for (const order of orders.values()) {
      const lines = sum(order.line_items.map((line: Loose) => amount(line.total_money)))
      expect(lines + amount(order.total_tip_money)).toBe(amount(order.total_money))
    }
    const paying = new Map([...payments.values()].map((payment) => [payment.order_id, payment]))
    for (const invoice of sandbox.expected('invoices') as Loose[]) {
      const requested = sum(invoice.payment_requests.map((request: Loose) => amount(request.computed_amount_money)))
      const paid = sum(invoice.payment_requests.map((request: Loose) => amount(request.total_completed_amount_money)))
      expect(paid).toBe(amount(paying.get(invoice.order_id)?.amount_money))
      expect(paid === requested).toBe(['PAID', 'REFUNDED', 'PARTIALLY_REFUNDED'].includes(invoice.status))
    }
    const entriesOf = grouped(sandbox.expected('entries'), 'payout_id')
    for (const payout of sandbox.expected('payouts') as Loose[]) {
      const total = sum((entriesOf.get(payout.id) ?? []).map(({ net_amount_money }) => amount(net_amount_money)))
      expect(amount(payout.amount_money)).toBe(total === 0 ? 1 : total)
    }
    const plans = all('plans')
    for (const { subscription_plan_variation_data: variation } of sandbox.expected('variations') as Loose[])
      expect(plans.has(variation.subscription_plan_id)).toBe(true)
  })

  it('has orders that were taken offline up to 72 hours before their payment arrived', async () => {
    const sandbox = await setup({ payments: 2_000 })
    const orders = new Map(sandbox.expected('orders').map((order: Loose) => [order.id, order]))
    const late = sandbox
      .expected('payments')
      .filter(({ is_offline_payment }) => is_offline_payment)
      .map((payment: Loose) => Date.parse(payment.created_at) - Date.parse(orders.get(payment.order_id).created_at))
    expect(late.length).toBeGreaterThan(20)
    expect(Math.max(...late)).toBeGreaterThan(48 * 3_600_000)
    expect(Math.max(...late)).toBeLessThanOrEqual(72 * 3_600_000)
  })
})

import { openPayPal } from '../integration/paypal-setup.ts'
import { completed, daysAgo, inMonth, readViews } from './hand-account.ts'

export type Fields = Readonly<Record<string, unknown>>

export const money = (value: string, currency_code = 'USD') => ({ value, currency_code })
export const scheme = (value: string, currency = 'USD') => ({
  pricing_scheme: { version: 1, fixed_price: money(value, currency) },
})
export const every = (interval_unit: string, interval_count = 1) => ({ frequency: { interval_unit, interval_count } })

export const owing = (value: string, currency = 'USD') => ({
  billing_info: { outstanding_balance: money(value, currency), failed_payments_count: 0, cycle_executions: [] },
})

const none = { subscriptions: 0, plans: 0, products: 0, invoices: 0, disputes: 0, payers: 5 }

/** A merchant without objects. A subscription's payer is `C` and its id. */
export async function openMerchant() {
  const { paypal, stack, run } = await openPayPal({ transactions: 0, counts: none, lag: 0 })
  const plan = (id: string, cycles: readonly Fields[], more: Fields = {}) =>
    paypal.insert('plans', {
      id,
      product_id: 'PROD-1',
      name: id,
      status: 'ACTIVE',
      billing_cycles: cycles.map((cycle, at) => ({
        tenure_type: 'REGULAR',
        total_cycles: 0,
        sequence: at + 1,
        ...cycle,
      })),
      payment_preferences: { auto_bill_outstanding: true, payment_failure_threshold: 3 },
      taxes: undefined,
      quantity_supported: false,
      ...more,
    })
  const subscribe = (id: string, plan_id: string, more: Fields = {}) =>
    paypal.insert('subscriptions', {
      id,
      plan_id,
      status: 'ACTIVE',
      status_change_note: undefined,
      status_update_time: daysAgo(400),
      start_time: daysAgo(400),
      create_time: daysAgo(400),
      update_time: daysAgo(1),
      quantity: '1',
      shipping_amount: undefined,
      subscriber: { email_address: `${id}@example.com`, payer_id: `C${id}`, name: { given_name: id, surname: 'X' } },
      ...owing('0.00'),
      custom_id: undefined,
      plan_overridden: false,
      ...more,
    })
  let paid = 0
  /** A line of the ledger. */
  const line = (ago: number, code: string, value: string, more: Fields = {}, currency = 'USD') =>
    paypal.insert('transactions', {
      transaction_info: {
        transaction_id: `TX${String(paid++).padStart(15, '0')}`,
        transaction_event_code: code,
        transaction_status: 'S',
        transaction_amount: money(value, currency),
        fee_amount: money('0', currency),
        transaction_initiation_date: inMonth(ago).replace('Z', '+0000'),
        transaction_updated_date: inMonth(ago).replace('Z', '+0000'),
        ...more,
      },
    })
  const sync = () => completed(run({ resources: undefined }))
  return { paypal, plan, subscribe, line, sync, query: stack.query, view: readViews(stack) }
}

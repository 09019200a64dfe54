import type { Dataset } from '../dataset.ts'
import { type Payer, payerAt } from '../ledger/payers.ts'
import { payerOfSubscription } from '../ledger/transaction.ts'
import { money } from '../money.ts'
import type { Fields } from '../paypal-object.ts'
import { day, hour, timestamp } from '../timestamps.ts'

/** The subscription with everything that an answer may leave out: the plan and the last payment that failed. */
export function subscriptionAt(n: number, data: Dataset): Fields {
  const id = data.id('subscriptions', n)
  const payments = data.paymentsOf(n).map((line) => data.stories.time(line))
  const status = n >= data.payingSubscriptions ? waiting(n) : (statuses[n % statuses.length] ?? 'ACTIVE')
  const created = (payments.at(-1) ?? data.now - (1 + (n % 40)) * day) - hour - (n % 5) * 60
  const updated = Math.max(payments[0] ?? created, created + 60)
  const changed = status === 'ACTIVE' ? created + 60 : Math.min(updated + hour, data.now)
  const plan = n % Math.max(data.count('plans'), 1)
  return {
    id,
    plan_id: data.id('plans', plan),
    status,
    ...(status === 'SUSPENDED' ? { status_change_note: 'Customer is on holiday' } : {}),
    status_update_time: timestamp(changed),
    start_time: timestamp(created + 120),
    quantity: String(1 + (n % 3)),
    ...(n % 4 === 3 ? { shipping_amount: money(500, 'USD') } : {}),
    subscriber: subscriberOf(payerAt(data.seed, payerOfSubscription(id, data.payers))),
    ...(n >= data.payingSubscriptions ? {} : { billing_info: billingOf(n, data, status) }),
    create_time: timestamp(created),
    update_time: timestamp(Math.max(updated, changed)),
    ...(n % 5 === 0 ? { custom_id: `account-${n}` } : {}),
    plan_overridden: n % 7 === 6,
  }
}

export function subscriberOf({ id, email, givenName, surname, country }: Payer): Fields {
  return {
    email_address: email,
    ...(id === undefined ? {} : { payer_id: id }),
    name: { given_name: givenName, surname },
    shipping_address: { address: { address_line_1: 'Hauptstraße 1', admin_area_2: 'Köln', country_code: country } },
  }
}

function billingOf(n: number, data: Dataset, status: string): Fields {
  const payments = data.paymentsOf(n)
  const [last] = payments
  const { stories } = data
  const isOver = status === 'CANCELLED' || status === 'EXPIRED'
  const amount = last === undefined ? undefined : money(stories.amount(last), stories.currency(last))
  const failed = n % 6 === 4
  return {
    outstanding_balance: money(failed ? 1_000 : 0, 'USD'),
    cycle_executions: [
      ...(n % 3 === 1
        ? [
            {
              tenure_type: 'TRIAL',
              sequence: 1,
              cycles_completed: 1,
              cycles_remaining: n % 9 === 1 ? 1 : 0,
              total_cycles: 2,
            },
          ]
        : []),
      {
        tenure_type: 'REGULAR',
        sequence: n % 3 === 1 ? 2 : 1,
        cycles_completed: payments.length,
        cycles_remaining: 0,
        current_pricing_scheme_version: 1,
        total_cycles: 0,
      },
    ],
    ...(amount && last !== undefined ? { last_payment: { amount, time: timestamp(stories.time(last)) } } : {}),
    ...(isOver ? {} : { next_billing_time: timestamp(data.now + (1 + (n % 30)) * day) }),
    failed_payments_count: failed ? 1 : 0,
    ...(failed && amount ? { last_failed_payment: failedPayment(amount, data.now - 3 * day, data.now + 2 * day) } : {}),
  }
}

const failedPayment = (amount: Fields | object, time: number, next: number): Fields => ({
  amount,
  time: timestamp(time),
  reason_code: 'PAYMENT_DENIED',
  next_payment_retry_time: timestamp(next),
})

const waiting = (n: number) => (n % 2 === 0 ? 'APPROVAL_PENDING' : 'APPROVED')

const statuses = ['ACTIVE', 'ACTIVE', 'CANCELLED', 'ACTIVE', 'SUSPENDED', 'ACTIVE', 'EXPIRED', 'ACTIVE'] as const

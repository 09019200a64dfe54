import { objectAnswer } from '../answer.ts'
import type { Operation, PayPalRequest } from '../api.ts'
import { type Fields, fieldOf, textAt } from '../paypal-object.ts'
import { notAuthorized, notFound, notImplemented } from '../refusal.ts'
import { commaList, moment, queryShape, required, text, whole, word } from '../request-shape.ts'
import { scopes } from '../scopes.ts'
import { secondsOf, timestamp } from '../timestamps.ts'
import { newestFirst, numberedPage, selfLink } from './pages.ts'

/** Whether the list of subscriptions answers; else the status it is refused with. */
export type SubscriptionList = 'answers' | 403 | 404

const statuses = ['APPROVAL_PENDING', 'APPROVED', 'ACTIVE', 'SUSPENDED', 'CANCELLED', 'EXPIRED'] as const

/** The list is not in the specification; its parameters are those of the SDK. The page size is an assumption. */
const parseList = queryShape({
  plan_ids: commaList(text, 70),
  statuses: commaList(word(statuses), statuses.length),
  created_after: moment,
  created_before: moment,
  status_updated_after: moment,
  status_updated_before: moment,
  filter: text,
  customer_ids: text,
  page_size: whole(1, 20),
  page: whole(1, 100_000),
})
const parseOne = queryShape({ fields: commaList(word(['last_failed_payment', 'plan']), 2) })
const parseTransactions = queryShape({ start_time: moment, end_time: moment })

export function subscriptionOperations(list: SubscriptionList): readonly Operation[] {
  const scope = scopes.subscriptions
  return [
    {
      method: 'GET',
      path: '/v1/billing/subscriptions',
      scope,
      isList: true,
      answer(request) {
        if (list !== 'answers') throw list === 404 ? notFound() : notAuthorized()
        const query = parseList(request.query)
        for (const name of ['filter', 'customer_ids'] as const)
          if (query[name] !== undefined) throw notImplemented(name)
        const byCreation = newestFirst((subscription) => textAt(subscription, 'create_time'), 'id')
        const matching = request.merchant.stores.subscriptions
          .sorted('create_time', byCreation)
          .map(({ object }) => object)
          .filter((subscription) => matches(subscription, query))
        const call = { field: 'subscriptions', page: query.page ?? 1, size: query.page_size ?? 10, hasTotals: false }
        return numberedPage(request, matching, call, (subscription) => shown(request, subscription, []))
      },
    },
    {
      method: 'GET',
      path: '/v1/billing/subscriptions/{id}',
      scope,
      isList: false,
      answer(request, id) {
        const { fields = [] } = parseOne(request.query)
        return objectAnswer(shown(request, subscriptionOf(request, id), fields))
      },
    },
    {
      method: 'GET',
      path: '/v1/billing/subscriptions/{id}/transactions',
      scope,
      isList: true,
      answer(request, id) {
        const query = parseTransactions(request.query)
        const [from, to] = [required(query.start_time, 'start_time'), required(query.end_time, 'end_time')]
        subscriptionOf(request, id)
        const transactions = request.merchant.ledger
          .within(from, to)
          .map((row) => row.object())
          .filter((transaction) => textAt(transaction, 'transaction_info', 'paypal_reference_id') === id)
        const page = { transactions: transactions.map(paymentOf) }
        return objectAnswer({ ...page, links: selfLink(`/v1/billing/subscriptions/${id}/transactions`) })
      },
    },
  ]
}

function subscriptionOf({ merchant }: PayPalRequest, id: string): Fields {
  const subscription = merchant.stores.subscriptions.get(id)
  if (!subscription) throw notFound('path')
  return subscription
}

/** Whether the ends of a range belong to it is nowhere said. They do not, which is the harder case for a client. */
function matches(subscription: Fields, query: ReturnType<typeof parseList>): boolean {
  const isBetween = (field: string, after: number | undefined, before: number | undefined) => {
    if (after === undefined && before === undefined) return true
    const time = secondsOf(textAt(subscription, field))
    return (after === undefined || time > after) && (before === undefined || time < before)
  }
  return (
    (query.plan_ids?.includes(textAt(subscription, 'plan_id')) ?? true) &&
    (query.statuses?.some((status) => status === subscription.status) ?? true) &&
    isBetween('create_time', query.created_after, query.created_before) &&
    isBetween('status_update_time', query.status_updated_after, query.status_updated_before)
  )
}

/** The plan and the last payment that failed are shown only if a request names them. */
function shown({ merchant }: PayPalRequest, subscription: Fields, fields: readonly string[]): Fields {
  const plan = merchant.stores.plans.get(textAt(subscription, 'plan_id'))
  const { billing_info: billing } = subscription
  const isHidden = typeof billing === 'object' && !fields.includes('last_failed_payment')
  return {
    ...subscription,
    ...(isHidden ? { billing_info: { ...billing, last_failed_payment: undefined } } : {}),
    ...(fields.includes('plan') && plan ? { plan } : {}),
    links: selfLink(`/v1/billing/subscriptions/${textAt(subscription, 'id')}`),
  }
}

function paymentOf(transaction: Fields): Fields {
  const info = transaction.transaction_info
  const status: Readonly<Record<string, string>> = { S: 'COMPLETED', P: 'PENDING', D: 'DECLINED', V: 'REFUNDED' }
  const fee = fieldOf(info, 'fee_amount')
  return {
    id: textAt(info, 'transaction_id'),
    status: status[textAt(info, 'transaction_status')],
    amount_with_breakdown: {
      gross_amount: fieldOf(info, 'transaction_amount'),
      ...(fee === undefined ? {} : { fee_amount: fee }),
    },
    payer_name: fieldOf(transaction, 'payer_info', 'payer_name'),
    payer_email: textAt(transaction, 'payer_info', 'email_address'),
    time: timestamp(secondsOf(textAt(info, 'transaction_initiation_date'))),
  }
}

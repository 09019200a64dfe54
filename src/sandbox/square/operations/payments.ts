import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { locationOrMain, type Merchant } from '../merchant.ts'
import { moment, queryShape, text, truthText, wholeText, word } from '../request-shape.ts'
import type { SortKey } from '../sort-order.ts'
import { fieldOf, type SquareObject } from '../square-object.ts'
import { checkRange, isWithin, itemsWithin } from '../time-range.ts'
import { year } from '../timestamps.ts'
import { atMost100, checkUpdatedRange } from './list-parameters.ts'
import { retrieveOperation } from './retrieve.ts'

const parse = queryShape({
  begin_time: moment,
  end_time: moment,
  sort_order: word(['ASC', 'DESC']),
  cursor: text,
  location_id: text,
  total: wholeText,
  last_4: text,
  card_brand: text,
  limit: wholeText,
  is_offline_payment: truthText,
  offline_begin_time: moment,
  offline_end_time: moment,
  updated_at_begin_time: moment,
  updated_at_end_time: moment,
  sort_field: word(['CREATED_AT', 'OFFLINE_CREATED_AT', 'UPDATED_AT']),
})

type Query = ReturnType<typeof parse>
const sortKeys = {
  CREATED_AT: 'created',
  OFFLINE_CREATED_AT: 'offline',
  UPDATED_AT: 'updated',
} as const satisfies Record<string, SortKey>

/** Without parameters: the payments of the main location, created within the last year, newest first. */
export function paymentOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { payments } = collections
  return [
    {
      method: 'GET',
      path: '/v2/payments',
      scope: 'PAYMENTS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit, ...query } = parse(request.query)
        checkUpdatedRange(query)
        const location = locationOrMain(data, query.location_id)
        const list = pager.open(request, cursor, query)
        const order = { by: sortKeys[query.sort_field ?? 'CREATED_AT'], descending: query.sort_order !== 'ASC' }
        const { begin_time = list.began - year, end_time = list.began } = query
        const created = checkRange({ from: begin_time, to: end_time, inclusive: false }, 'begin_time')
        const updated = { from: query.updated_at_begin_time, to: query.updated_at_end_time, inclusive: false }
        const offline = { from: query.offline_begin_time, to: query.offline_end_time, inclusive: false }
        const sorted = { created, updated: checkRange(updated, 'updated_at_begin_time'), offline }[order.by]
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of itemsWithin((start) => payments.list(order, start), order, sorted, after)) {
            if (item.location !== location) continue
            if (order.by !== 'created' && !isWithin(item, 'created', created)) continue
            if (matches(item, query)) yield item
          }
        }
        return pager.answer(request, list, { field: 'payments', limit: atMost100(limit), items })
      },
    },
    retrieveOperation(payments, {
      path: '/v2/payments/{id}',
      scope: 'PAYMENTS_READ',
      field: 'payment',
      called: 'Payment',
    }),
  ]
}

function matches(item: ListItem, query: Query): boolean {
  const { total, last_4, card_brand, is_offline_payment, offline_begin_time, offline_end_time } = query
  const filters: ((payment: SquareObject) => boolean)[] = []
  if (total !== undefined) filters.push((payment) => fieldOf(payment.total_money, 'amount') === total)
  if (last_4 !== undefined) filters.push((payment) => cardOf(payment, 'last_4') === last_4)
  if (card_brand !== undefined) filters.push((payment) => cardOf(payment, 'card_brand') === card_brand)
  if (is_offline_payment !== undefined)
    filters.push((payment) => (payment.is_offline_payment === true) === is_offline_payment)
  if (offline_begin_time !== undefined || offline_end_time !== undefined)
    filters.push(() => isWithin(item, 'offline', { from: offline_begin_time, to: offline_end_time, inclusive: false }))
  return filters.every((filter) => filter(item.object()))
}

const cardOf = (payment: SquareObject, field: string) => fieldOf(fieldOf(payment.card_details, 'card'), field)

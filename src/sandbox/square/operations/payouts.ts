import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { locationOrMain, type Merchant } from '../merchant.ts'
import { notFound } from '../refusal.ts'
import { moment, queryShape, text, wholeText, word } from '../request-shape.ts'
import { comparePositions } from '../sort-order.ts'
import { checkRange, itemsWithin } from '../time-range.ts'
import { year } from '../timestamps.ts'
import { atMost100 } from './list-parameters.ts'
import { retrieveOperation } from './retrieve.ts'

const sortOrder = word(['ASC', 'DESC'])
const parse = queryShape({
  location_id: text,
  status: word(['SENT', 'FAILED', 'PAID']),
  begin_time: moment,
  end_time: moment,
  sort_order: sortOrder,
  cursor: text,
  limit: wholeText,
})
const parseEntries = queryShape({ sort_order: sortOrder, cursor: text, limit: wholeText })

/** Without parameters: the payouts of the main location, created within the last year, newest first. */
export function payoutOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { payouts, entries } = collections
  return [
    {
      method: 'GET',
      path: '/v2/payouts',
      scope: 'PAYOUTS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit, ...query } = parse(request.query)
        const location = locationOrMain(data, query.location_id)
        const list = pager.open(request, cursor, query)
        const order = { by: 'created', descending: query.sort_order !== 'ASC' } as const
        const { begin_time = list.began - year, end_time = list.began } = query
        const created = checkRange({ from: begin_time, to: end_time, inclusive: false }, 'begin_time')
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of itemsWithin((start) => payouts.list(order, start), order, created, after)) {
            if (item.location !== location) continue
            if (query.status === undefined || item.object().status === query.status) yield item
          }
        }
        return pager.answer(request, list, { field: 'payouts', limit: atMost100(limit), items })
      },
    },
    {
      method: 'GET',
      path: '/v2/payouts/{id}/payout-entries',
      scope: 'PAYOUTS_READ',
      isList: true,
      answer(request, id) {
        const { cursor, limit, ...query } = parseEntries(request.query)
        if (!payouts.retrieve(id)) throw notFound('Payout', id)
        const list = pager.open(request, cursor, query)
        const order = { by: 'created', descending: query.sort_order !== 'ASC' } as const
        const direction = order.descending ? -1 : 1
        const items = (after: typeof list.after) =>
          entries
            .relatedItems(id, order)
            .filter(({ position }) => !after || comparePositions(position, after) * direction > 0)
        return pager.answer(request, list, { field: 'payout_entries', limit: atMost100(limit), items })
      },
    },
    retrieveOperation(payouts, { path: '/v2/payouts/{id}', scope: 'PAYOUTS_READ', field: 'payout', called: 'Payout' }),
  ]
}

import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { knownLocation, type Merchant } from '../merchant.ts'
import { moment, queryShape, text, wholeText, word } from '../request-shape.ts'
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
  status: text,
  source_type: text,
  limit: wholeText,
  updated_at_begin_time: moment,
  updated_at_end_time: moment,
  sort_field: word(['CREATED_AT', 'UPDATED_AT']),
})

/** Without parameters: the refunds of all locations, created within the last year, newest first. */
export function refundOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { refunds } = collections
  return [
    {
      method: 'GET',
      path: '/v2/refunds',
      scope: 'PAYMENTS_READ',
      isList: true,
      answer(request) {
        const { cursor, limit, ...query } = parse(request.query)
        checkUpdatedRange(query)
        const { location_id, status, source_type, sort_field, sort_order } = query
        if (location_id !== undefined) knownLocation(data, location_id)
        const list = pager.open(request, cursor, query)
        const order = {
          by: sort_field === 'UPDATED_AT' ? 'updated' : 'created',
          descending: sort_order !== 'ASC',
        } as const
        const { begin_time = list.began - year, end_time = list.began } = query
        const created = checkRange({ from: begin_time, to: end_time, inclusive: false }, 'begin_time')
        // A range of changes that does not say where it begins, begins where the range of creation does.
        const { updated_at_begin_time = begin_time, updated_at_end_time = list.began } = query
        const updated = { from: updated_at_begin_time, to: updated_at_end_time, inclusive: false }
        const sorted = order.by === 'created' ? created : checkRange(updated, 'updated_at_begin_time')
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of itemsWithin((start) => refunds.list(order, start), order, sorted, after)) {
            if (location_id !== undefined && item.location !== location_id) continue
            if (order.by === 'updated' && !isWithin(item, 'created', created)) continue
            const refund = item.object()
            if (status !== undefined && refund.status !== status) continue
            if (source_type === undefined || refund.destination_type === source_type) yield item
          }
        }
        return pager.answer(request, list, { field: 'refunds', limit: atMost100(limit), items })
      },
    },
    retrieveOperation(refunds, { path: '/v2/refunds/{id}', scope: 'PAYMENTS_READ', field: 'refund', called: 'Refund' }),
  ]
}

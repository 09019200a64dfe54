import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { knownLocation, type Merchant } from '../merchant.ts'
import { queryShape, text, word } from '../request-shape.ts'
import { retrieveOperation } from './retrieve.ts'

const states = [
  'INQUIRY_EVIDENCE_REQUIRED',
  'INQUIRY_PROCESSING',
  'INQUIRY_CLOSED',
  'EVIDENCE_REQUIRED',
  'PROCESSING',
  'WON',
  'LOST',
  'ACCEPTED',
] as const
const parse = queryShape({ cursor: text, states: word(states), location_id: text })

/** A request cannot choose the page size and the specification does not name it; fifty is an assumption. */
const pageSize = 50

/** The specification names no order; the sandbox lists the newest first. */
export function disputeOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { disputes } = collections
  return [
    {
      method: 'GET',
      path: '/v2/disputes',
      scope: 'DISPUTES_READ',
      isList: true,
      answer(request) {
        const { cursor, ...query } = parse(request.query)
        if (query.location_id !== undefined) knownLocation(data, query.location_id)
        const list = pager.open(request, cursor, query)
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of disputes.list({ by: 'created', descending: true }, after)) {
            if (query.location_id !== undefined && item.location !== query.location_id) continue
            if (query.states === undefined || item.object().state === query.states) yield item
          }
        }
        return pager.answer(request, list, { field: 'disputes', limit: pageSize, items })
      },
    },
    retrieveOperation(disputes, {
      path: '/v2/disputes/{id}',
      scope: 'DISPUTES_READ',
      field: 'dispute',
      called: 'Dispute',
    }),
  ]
}

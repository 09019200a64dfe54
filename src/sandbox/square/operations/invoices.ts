import type { Operation } from '../api.ts'
import type { ListItem } from '../collection.ts'
import { knownLocation, type Merchant } from '../merchant.ts'
import { badRequest } from '../refusal.ts'
import { queryShape, required, text, wholeText } from '../request-shape.ts'
import { retrieveOperation } from './retrieve.ts'

const parse = queryShape({ location_id: text, cursor: text, limit: wholeText })

/** The specification names no order; the sandbox lists the newest first. */
export function invoiceOperations({ collections, data, pager }: Merchant): readonly Operation[] {
  const { invoices } = collections
  return [
    {
      method: 'GET',
      path: '/v2/invoices',
      scope: 'INVOICES_READ',
      isList: true,
      answer(request) {
        const { cursor, limit = 100, ...query } = parse(request.query)
        const location = knownLocation(data, required(query.location_id, 'location_id'))
        if (limit < 1) throw badRequest('VALUE_TOO_LOW', '`limit` must be at least 1.', 'limit')
        if (limit > 200) throw badRequest('VALUE_TOO_HIGH', '`limit` must be at most 200.', 'limit')
        const list = pager.open(request, cursor, query)
        function* items(after: typeof list.after): Generator<ListItem> {
          for (const item of invoices.list({ by: 'created', descending: true }, after))
            if (item.location === location) yield item
        }
        return pager.answer(request, list, { field: 'invoices', limit, items })
      },
    },
    retrieveOperation(invoices, {
      path: '/v2/invoices/{id}',
      scope: 'INVOICES_READ',
      field: 'invoice',
      called: 'Invoice',
    }),
  ]
}

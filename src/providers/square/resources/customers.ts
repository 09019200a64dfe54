import { customers as table } from '../../../db/schema.ts'
import { dateTime, metadataOf, text } from '../../../provider/fields.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { pageOf, retrieveAt, timeRange } from '../list.ts'
import { nameOf } from '../readers.ts'
import { createdAt, type SquareResource, updatedAt } from '../resource.ts'

/** Customers. A search by the time of change has no order of that time. A deleted customer leaves the list. */
export const customers: SquareResource<typeof table> = {
  name: 'customers',
  table,
  owner: {},
  createdFilter: createdAt,
  updatedFilter: { ...updatedAt, order: 'none' },
  async list(square, query) {
    const { by = 'created', cursor, limit } = query
    const filter = { [`${by}_at`]: timeRange(query) }
    const body = {
      query: { filter, sort: { field: 'CREATED_AT', order: 'DESC' } },
      limit,
      ...(cursor !== null && { cursor }),
    }
    return pageOf(await square.post('/v2/customers/search', body), 'customers')
  },
  retrieve: (square, id) => retrieveAt(square, `/v2/customers/${encodeURIComponent(id)}`, 'customer'),
  row: mapping<typeof table>({
    email: at(text, 'email_address'),
    name: derived(nameOf),
    phone: at(text, 'phone_number'),
    description: at(text, 'company_name'),
    country: at(text, 'address.country'),
    metadata: derived((item) =>
      metadataOf(item, 'reference_id', 'note', 'creation_source', 'group_ids', 'segment_ids'),
    ),
    createdAt: at(dateTime, 'created_at'),
    updatedAt: at(dateTime, 'updated_at'),
    ...absent('currency', 'balance', 'delinquent', 'livemode'),
  }),
}

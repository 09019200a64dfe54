import { customers as table } from '../../db/schema.ts'
import { fields, flag, id, instant, integer, object, text } from '../../sync/fields.ts'
import type { Resource } from '../../sync/provider.ts'
import { listPage, type StripeConnection } from './connection.ts'

export const customers: Resource<StripeConnection> = {
  name: 'customers',
  table,
  createdFilter: { field: 'created' },
  list: (stripe, query) => listPage(stripe, '/v1/customers', query),
  row(item) {
    const customer = fields(item)
    return {
      id: id(item),
      email: text(customer.email),
      name: text(customer.name),
      phone: text(customer.phone),
      description: text(customer.description),
      currency: text(customer.currency),
      balance: integer(customer.balance),
      delinquent: flag(customer.delinquent),
      country: text(fields(customer.address).country),
      livemode: flag(customer.livemode),
      metadata: object(customer.metadata),
      createdAt: instant(customer.created),
    }
  },
}

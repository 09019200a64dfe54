import { customers as table } from '../../../db/schema.ts'
import { flag, integer, object, text, unixSeconds } from '../../../provider/fields.ts'
import { absent, at, mapping } from '../../../provider/mapping.ts'
import { resource } from '../resource.ts'

export const customers = resource('customers', '/v1/customers', {
  table,
  owner: {},
  row: mapping<typeof table>({
    email: text,
    name: text,
    phone: text,
    description: text,
    currency: text,
    balance: integer,
    delinquent: flag,
    country: at(text, 'address.country'),
    livemode: flag,
    metadata: object,
    createdAt: at(unixSeconds, 'created'),
    ...absent('updatedAt'),
  }),
})

import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { money } from './column.ts'
import { syncedTable } from './synced.ts'

/** Customers of all providers; rows are never deleted, see deleted_at. */
export const customers = syncedTable('customers', {
  email: text('email'),
  name: text('name'),
  phone: text('phone'),
  description: text('description'),
  /** Three-letter ISO code, lower case. */
  currency: text('currency'),
  /** In the currency's minor unit; negative is credit. */
  balance: money('balance'),
  delinquent: boolean('delinquent'),
  /** Two-letter ISO code of the address. */
  country: text('country'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

import { boolean, jsonb, text } from 'drizzle-orm/pg-core'
import { money } from './column.ts'
import { syncedTable } from './synced.ts'

/** Customers. A deleted customer keeps its row and has deleted_at. */
export const customers = syncedTable('customers', {
  email: text('email'),
  name: text('name'),
  phone: text('phone'),
  description: text('description'),
  /** Three-letter ISO code, lower case. */
  currency: text('currency'),
  /** Balance in the minor unit of the currency. A negative balance is credit. */
  balance: money('balance'),
  delinquent: boolean('delinquent'),
  /** Two-letter ISO code of the address. */
  country: text('country'),
  livemode: boolean('livemode'),
  metadata: jsonb('metadata'),
})

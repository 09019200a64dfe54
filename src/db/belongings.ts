import { getTableColumns, getTableName, type SQL, sql } from 'drizzle-orm'
import type { RowOf, SyncedTable } from './schema.ts'
import * as tables from './schema.ts'

/*
 * Whose a row is: what an erasure follows from a customer to everything about it. Left out is what customers share:
 * products, prices, coupons, tax rates, payouts.
 */

/** Columns by their names in code, or paths in a payload. */
export interface Belongings {
  readonly table: SyncedTable
  /** Where the row names its customer. A row that names one is that customer's, whatever else it mentions. */
  readonly customer: readonly Place[]
  /** Where it names what it is about; counts where it names no customer. */
  readonly about: readonly Place[]
  /** Where it names what is its own, but may not say so itself: a payment method that was detached since. */
  readonly owns: readonly Place[]
}

/** `column` by its name in code; `path` in the payload. */
export type Place = { readonly column: string } | { readonly path: readonly string[] }

/** In an order in which what is about a row mostly comes after it. */
export const belongings: readonly Belongings[] = [
  of(tables.customers, {}),
  of(tables.promotionCodes, { customer: 'customerId' }),
  of(tables.subscriptions, { customer: 'customerId', owns: ['defaultPaymentMethodId', 'scheduleId'] }),
  of(tables.subscriptionSchedules, { customer: 'customerId', about: ['subscriptionId', 'releasedSubscriptionId'] }),
  of(tables.invoices, { customer: 'customerId', about: ['subscriptionId'] }),
  of(tables.invoiceItems, { customer: 'customerId', about: ['invoiceId', 'subscriptionId'] }),
  of(tables.paymentIntents, { customer: 'customerId', owns: ['paymentMethodId', 'latestPaymentId'] }),
  of(tables.payments, {
    customer: 'customerId',
    about: ['paymentIntentId'],
    owns: ['paymentMethodId', 'balanceTransactionId'],
  }),
  of(tables.creditNotes, { customer: 'customerId', about: ['invoiceId'], owns: ['refundId'] }),
  of(tables.refunds, {
    customer: 'customerId',
    about: ['paymentId', 'paymentIntentId'],
    owns: ['balanceTransactionId', 'failureBalanceTransactionId'],
  }),
  of(tables.disputes, { about: ['paymentId', 'paymentIntentId'], owns: ['balanceTransactionId'] }),
  of(tables.subscriptionItems, { about: ['subscriptionId'] }),
  of(tables.invoiceLines, { about: ['invoiceId'] }),
  of(tables.creditNoteLines, { about: ['creditNoteId'] }),
  of(tables.invoicePayments, { about: ['invoiceId'] }),
  of(tables.balanceTransactions, { about: ['sourceId'] }),
  {
    table: tables.providerObjects,
    customer: paths('customer', 'owner.customer', 'account_holder.customer', 'customer_details.customer'),
    about: paths(
      'related_customer',
      'charge',
      'payment_intent',
      'setup_intent',
      'invoice',
      'subscription',
      'quote',
      'source_transaction',
      'originating_transaction',
      'latest_charge',
    ),
    owns: paths('payment_method', 'default_payment_method'),
  },
]

/** Tables whose rows may come before what they are about and name no customer, so that only a look back finds them. */
export const followers: readonly Belongings[] = belongings.filter(
  ({ customer, about, table }) =>
    about.length > 0 && (customer.length === 0 || table === tables.refunds || table === tables.providerObjects),
)

/** Tables that an erased customer has no rows in. */
export const sharedTables: readonly SyncedTable[] = [
  tables.products,
  tables.prices,
  tables.coupons,
  tables.taxRates,
  tables.payouts,
]

export const belongingsOf = (table: SyncedTable): Belongings | undefined =>
  belongings.find((one) => one.table === table)

type Column<Table extends SyncedTable> = Exclude<keyof RowOf<Table>, 'id' | 'createdAt'> & string

interface Columns<Table extends SyncedTable> {
  readonly customer?: Column<Table>
  readonly about?: readonly Column<Table>[]
  readonly owns?: readonly Column<Table>[]
}

function of<Table extends SyncedTable>(table: Table, { customer, about = [], owns = [] }: Columns<Table>): Belongings {
  const named = (column: string) => ({ column })
  return { table, customer: customer ? [named(customer)] : [], about: about.map(named), owns: owns.map(named) }
}

function paths(...all: readonly string[]): readonly Place[] {
  return all.map((path) => ({ path: path.split('.') }))
}

/** The id at a place of the table's alias `row`; an object at the place of an id has it inside. */
export function idAt(table: SyncedTable, place: Place): SQL<string | null> {
  if ('path' in place)
    return sql`coalesce(row.raw #>> ${textArray([...place.path, 'id'])}, row.raw #>> ${textArray(place.path)})`
  const column = Object.entries(getTableColumns(table)).find(([key]) => key === place.column)?.[1]
  if (!column) throw new Error(`schema: ${getTableName(table)} has no column ${place.column}`)
  return sql`row.${sql.identifier(column.name)}`
}

const textArray = (path: readonly string[]) => sql`${`{${path.join()}}`}::text[]`

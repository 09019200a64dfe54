import { createdOnUse } from '../../server/created-on-use.ts'
import { byNameTable } from './by-name-table.ts'

/** The lists that a job reads by default. */
export const modelled = [
  'customers',
  'products',
  'prices',
  'coupons',
  'promotion_codes',
  'tax_rates',
  'subscriptions',
  'subscription_schedules',
  'invoices',
  'invoiceitems',
  'invoice_payments',
  'charges',
  'payment_intents',
  'refunds',
  'disputes',
  'credit_notes',
  'balance_transactions',
  'payouts',
] as const

export type ModelledName = (typeof modelled)[number]

type Underscored<Path extends string> = Path extends `${infer Start}/${infer Rest}`
  ? `${Start}_${Underscored<Rest>}`
  : Path
/** The lists that a job reads only if it names them. The name is the path with underscores. */
export type ByNameName = 'plans' | Underscored<keyof typeof byNameTable>
// The type replaces the slashes in the same way.
const fixtureNames = Object.keys(byNameTable).map((path) => path.replaceAll('/', '_')) as ByNameName[]
export const byName: readonly ByNameName[] = ['plans', ...fixtureNames]

export type ResourceName = ModelledName | ByNameName | 'events'
export const resourceNames: readonly ResourceName[] = [...modelled, ...byName, 'events']
export type ByResource<T> = Readonly<Record<ResourceName, T>>

/** A value for each resource, created on first use. */
export const byResource = <T>(create: (name: ResourceName) => T): ByResource<T> => createdOnUse(resourceNames, create)

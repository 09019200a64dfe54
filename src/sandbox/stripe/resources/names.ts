import { byNameTable } from './by-name-table.ts'

/** The lists a worker reads unless told otherwise, and the feed of events. */
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
/** Lists that are read when they are named; the name is the path with underscores. */
export type ByNameName = 'plans' | Underscored<keyof typeof byNameTable>
// Underscores for slashes, as the type says.
const generic = Object.keys(byNameTable).map((path) => path.replaceAll('/', '_')) as ByNameName[]
export const byName: readonly ByNameName[] = ['plans', ...generic]

export type ResourceName = ModelledName | ByNameName | 'events'
export const resourceNames: readonly ResourceName[] = [...modelled, ...byName, 'events']
export type ByResource<T> = Readonly<Record<ResourceName, T>>

/** One value for each resource, made when it is first asked for: most tests look at two or three. */
export function byResource<T>(make: (name: ResourceName) => T): ByResource<T> {
  const made = new Map<ResourceName, T>()
  const all = {}
  for (const name of resourceNames)
    Object.defineProperty(all, name, {
      enumerable: true,
      get() {
        const known = made.get(name)
        if (known !== undefined) return known
        const value = make(name)
        made.set(name, value)
        return value
      },
    })
  // Every name has just been defined.
  return all as ByResource<T>
}

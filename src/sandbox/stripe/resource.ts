import type { Ids } from '../server/ids.ts'
import type { Random } from '../server/random.ts'
import type { Kin } from '../server/relations.ts'
import type { Collection } from './collection.ts'
import type { World } from './dataset.ts'
import type { ByResource, ResourceName } from './resources/names.ts'

export interface StripeObject {
  readonly id: string
  readonly object: string
  readonly [field: string]: unknown
}

/** What a generator may draw from; the same birth gives the same object. */
export interface Birth {
  /** The number of the object among its kind. */
  readonly n: number
  readonly id: string
  /** Unix seconds. */
  readonly created: number
  readonly livemode: boolean
  readonly random: Random
  readonly world: World
}

/** The values of the query parameters that are filters, by name; those of a list parameter `types[]` joined by commas. */
export type Filters = Readonly<Record<string, string>>
export type Matches = (object: StripeObject, value: string) => boolean

/** What `expand` adds to an object or replaces in it; `live` is the whole account as it is now. */
export type Expansion = (object: StripeObject, live: ByResource<Collection>) => Readonly<Record<string, unknown>>

export interface View {
  readonly of: ResourceName
  shows(object: StripeObject): boolean
  as(object: StripeObject): StripeObject
}

/** One Stripe list, as a row of the table: a new list of the API is one file like `resources/products.ts`. */
export interface Resource {
  /** The path of the list; the object is at `path/:id`. */
  readonly path: string
  /** What `object` says and what error messages call it. */
  readonly object: string
  readonly idPrefix: string
  /** Other ids than the prefix and 14 characters. */
  ids?(prefix: string, seed: number): Ids
  /** The field that orders the list and that `created[…]` filters. */
  readonly createdField: string
  /** Default true; without it `created[…]` is an unknown parameter. */
  readonly createdFilter?: boolean
  /** How many there are in an account with this many customers. Default: as many as the pattern of `kin` says. */
  count?(customers: number, of: (name: ResourceName) => number): number
  /** Without it, objects are born as the density says; with it, some time after their parents. */
  readonly kin?: Kin
  /** When the n-th was born, of those that are born together with something else. */
  born?(world: World, n: number): number | undefined
  generate(birth: Birth): StripeObject
  /**
   * Fields that thousands of objects may have in common: drawn once for each of a few thousand variants and then copied
   * as text, which makes a page several times cheaper.
   */
  shared?(random: Random): Readonly<Record<string, unknown>>
  /** Query parameters beyond paging, `created` and `expand`. */
  readonly filters: Readonly<Record<string, Matches>>
  /** Refuses filters that Stripe refuses. */
  check?(filters: Filters): void
  /** Objects the list leaves out although they exist, unless a filter asks for them. */
  hidden?(object: StripeObject, filters: Filters): boolean
  /** Seconds after which an object is gone. */
  readonly keptFor?: number
  /** Whether a complete copy holds the object. Default: what the list shows without filters. */
  complete?(object: StripeObject): boolean
  /** Shows objects of another resource in another shape: plans are prices. */
  readonly view?: View
  /** The list field of which objects embed only the first ten. */
  readonly embedded?: string
  /** First names that `expand` accepts, with the fields each one adds or replaces. */
  readonly expandable: Readonly<Record<string, Expansion>>
  /** What GET by id answers for a deleted object: a stub with `deleted: true`, or 404. */
  readonly deleted: 'stub' | 'missing'
}

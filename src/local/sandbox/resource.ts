import type { Random } from './random.ts'

export interface StripeObject {
  readonly id: string
  readonly object: string
  readonly [field: string]: unknown
}

/** What a generator may draw from; the same birth gives the same object. */
export interface Birth {
  readonly id: string
  /** Unix seconds. */
  readonly created: number
  readonly livemode: boolean
  readonly random: Random
}

/** The values of the query parameters that are filters, by name. */
export type Filters = Readonly<Record<string, string>>

/** One Stripe list, as a row of the table: a new list of the API is one file like `resources/products.ts`. */
export interface Resource {
  /** The path of the list; the object is at `path/:id`. */
  readonly path: string
  /** What `object` says and what error messages call it. */
  readonly object: string
  readonly idPrefix: string
  /** The field that orders the list and that `created[…]` filters. */
  readonly createdField: string
  /** How many there are in an account with this many customers. */
  count(customers: number): number
  generate(birth: Birth): StripeObject
  /**
   * Fields that thousands of objects may have in common: drawn once for each of a few thousand variants and then copied
   * as text, which makes a page several times cheaper.
   */
  shared?(random: Random): Readonly<Record<string, unknown>>
  /** Query parameters beyond paging, `created` and `expand`. */
  readonly filters: Readonly<Record<string, (object: StripeObject, value: string) => boolean>>
  /** Objects the list leaves out although they exist, unless a filter asks for them. */
  hidden?(object: StripeObject, filters: Filters): boolean
  /** First names that `expand` accepts, with the fields each one adds or replaces. */
  readonly expandable: Readonly<Record<string, (object: StripeObject) => Readonly<Record<string, unknown>>>>
  /** What GET by id answers for a deleted object: a stub with `deleted: true`, or 404. */
  readonly deleted: 'stub' | 'missing'
}

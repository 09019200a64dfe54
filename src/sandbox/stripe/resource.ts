import type { Ids } from '../server/ids.ts'
import type { Random } from '../server/random.ts'
import type { NumberRange, Relation } from '../server/relations.ts'
import type { ByResource, ResourceName } from './resources/names.ts'

/** One list of Stripe's API. A new list is one file like `resources/products.ts` and a line in `resources/index.ts`. */
export interface Resource {
  /** The path of the list. An object is at `path/:id`. */
  readonly path: string
  /** The value of the field `object`, which error messages use too. */
  readonly object: string
  readonly idPrefix: string
  /** Default: ids of the prefix and 14 characters. */
  ids?(prefix: string, seed: number): Ids
  /** The field that orders the list and that `created[…]` filters. */
  readonly createdField: string
  /** Default true. If false, `created[…]` is an unknown parameter. */
  readonly createdFilter?: boolean
  /** How many objects an account with so many customers has. Default: as many as the pattern of `relation` says. */
  count?(customers: number, countOf: (name: ResourceName) => number): number
  /** With it, objects are created some time after their parents; without it, as the density says. */
  readonly relation?: Relation<ResourceName>
  /** When the n-th object was created, if that is the moment another object was. */
  createdWith?(dataset: Dataset, n: number): number | undefined
  generate(input: GenerationInput): StripeObject
  /**
   * Fields that thousands of objects may have in common: drawn once for each of a few thousand variants and then copied
   * as text, which makes a page several times cheaper.
   */
  shared?(random: Random): Readonly<Record<string, unknown>>
  /** Query parameters beyond paging, `created` and `expand`. */
  readonly filters: Readonly<Record<string, FilterMatch>>
  /** Throws a refusal for filters that Stripe refuses. */
  checkFilters?(filters: Filters): void
  /** True for objects that exist but that the list shows only if a filter asks for them. */
  hidden?(object: StripeObject, filters: Filters): boolean
  /** Seconds after which an object can no longer be read. */
  readonly keptFor?: number
  /** True if a complete copy holds the object. Default: what the list shows without filters. */
  complete?(object: StripeObject): boolean
  /** Shows objects of another resource in another shape: plans are prices. */
  readonly view?: View
  /** The list field of which objects embed only the first ten rows. */
  readonly embedded?: string
  /** The first names that `expand` accepts, with the fields that each adds or replaces. */
  readonly expandable: Readonly<Record<string, Expansion>>
  /** What GET by id answers for a deleted object: a stub with `deleted: true`, or 404. */
  readonly deleted: 'stub' | 'missing'
}

export interface StripeObject {
  readonly id: string
  readonly object: string
  readonly [field: string]: unknown
}

/** What an object is generated from. Equal input gives an equal object. */
export interface GenerationInput {
  /** The number of the object within its resource. */
  readonly n: number
  readonly id: string
  /** Unix seconds. */
  readonly created: number
  readonly livemode: boolean
  readonly random: Random
  readonly dataset: Dataset
}

/** The generated objects of all resources: how many there are, their ids, and which belongs to which. */
export interface Dataset {
  /** The end of the generated history, in unix seconds. */
  readonly now: number
  count(name: ResourceName): number
  /** The id of the n-th object, whether or not it exists. */
  id(name: ResourceName, n: number): string
  /** The id of the n-th object; null if there is none. */
  ref(name: ResourceName, n: number | undefined): string | null
  created(name: ResourceName, n: number): number
  /** The number of the parent of the n-th child; undefined if there are no parents. */
  parent(child: ResourceName, n: number): number | undefined
  /** The numbers of the children of the n-th parent. */
  children(child: ResourceName, n: number): NumberRange
  /** The fields that the n-th object shares with others. */
  shared(name: ResourceName, n: number): Readonly<Record<string, unknown>>
  /** A stream that is the same for every caller, for facts that several objects must agree on. */
  draw(name: ResourceName, n: number): Random
}

/** The values of the filter parameters by name. The values of a list parameter `types[]` are joined by commas. */
export type Filters = Readonly<Record<string, string>>
export type FilterMatch = (object: StripeObject, value: string) => boolean

/** The fields that `expand` adds to an object or replaces in it, read from the account as it is now. */
export type Expansion = (object: StripeObject, live: ByResource<LiveObjects>) => Readonly<Record<string, unknown>>

/** The objects of one resource as they are now. */
export interface LiveObjects {
  /** The object by its id, the stub of a deleted object, or undefined. */
  retrieve(id: string, livemode?: boolean): StripeObject | undefined
  /** The objects that belong to an object of another resource, in list order. */
  related(parent: ResourceName, id: string, livemode?: boolean): readonly StripeObject[]
}

export interface View {
  /** The resource whose objects are shown. */
  readonly source: ResourceName
  shows(object: StripeObject): boolean
  convert(object: StripeObject): StripeObject
}

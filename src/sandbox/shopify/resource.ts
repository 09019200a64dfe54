import type { Random } from '../server/random.ts'
import type { ChildPattern, NumberRange } from '../server/relations.ts'
import type { Moment } from './moments.ts'
import type { ByResource, ResourceName } from './names.ts'
import type { Fields, Reference, ShopifyObject } from './shopify-object.ts'

/** Which objects of another resource the objects belong to. */
export interface ParentRelation {
  readonly parent: ResourceName
  readonly pattern: ChildPattern
  /** The field that names the parent. */
  readonly field: string
}

/** A moment of an object: the field that shows it, and how it is computed for a generated object, in unix seconds. */
export interface MomentField {
  readonly field: string
  at(n: number, data: Dataset): number
}

/** How the objects of one resource are made. Everything is computed from the number of an object. */
export interface Resource {
  /** In the words of the schema. */
  readonly type: string
  /** How many there are, where the options do not say. Absent: as many as the relation gives to the parents. */
  count?(orders: number, countOf: (name: ResourceName) => number): number
  readonly relation?: ParentRelation
  readonly moments: { readonly created: MomentField } & { readonly [Key in Moment]?: MomentField }
  /** All fields but `id` and `__typename`. */
  generate(n: number, data: Dataset): Fields
  /** The object as the API shows it now, with what other objects say of it. */
  view?(object: ShopifyObject, live: ByResource<LiveObjects>): ShopifyObject
}

export interface Shop {
  readonly domain: string
  readonly currency: string
}

/** The generated objects of all resources: how many there are, their ids, and which belongs to which. */
export interface Dataset {
  /** The end of the generated history, in unix seconds. */
  readonly now: number
  readonly shop: Shop
  count(name: ResourceName): number
  /** The id of the n-th object, whether or not it exists. */
  id(name: ResourceName, n: number): string
  numeric(name: ResourceName, n: number): number
  /** The n-th object as another names it; null if there is none. */
  reference(name: ResourceName, n: number | undefined): Reference | null
  created(name: ResourceName, n: number): number
  /** A moment of the history for the n-th object of a resource without parents; the lower the number, the newer. */
  moment(name: ResourceName, n: number): number
  /** A random object of a resource that was there at a moment; undefined if none was. */
  before(name: ResourceName, moment: number, draw: number): number | undefined
  parent(child: ResourceName, n: number): number | undefined
  children(child: ResourceName, n: number): NumberRange
  /** A stream that is the same for every caller, for facts that several objects must agree on. */
  draw(name: ResourceName, n: number): Random
}

/** The objects of one resource as they are now. */
export interface LiveObjects {
  retrieve(id: string): ShopifyObject | undefined
  /** The objects that belong to an object of another resource, oldest first. */
  related(parentId: string): readonly ShopifyObject[]
}

import type { Random } from '../server/random.ts'
import type { ChildPattern, NumberRange } from '../server/relations.ts'
import type { SquareLocation } from './locations.ts'
import type { ByResource, ResourceName } from './names.ts'
import type { Fields, SquareObject } from './square-object.ts'

/** Which objects of another resource the objects belong to: by a pattern of numbers, or by a rule of their own. */
export interface ParentRelation {
  readonly parent: ResourceName
  readonly pattern?: ChildPattern
  /** The numbers of the children, where no pattern says it. */
  children?(parent: number, data: Dataset): readonly number[]
  /** The id of the parent, as the object names it. */
  parentId(object: SquareObject): unknown
}

/** How the objects of one resource are made. Everything is computed from the number of an object. */
export interface Resource {
  readonly idPrefix: string
  /** How many there are, where the options do not say. Absent: as many as the relation gives to the parents. */
  count?(payments: number, countOf: (name: ResourceName) => number): number
  /** Which objects of another resource each object belongs to. */
  readonly relation?: ParentRelation
  /** When the object was created and last changed, in unix milliseconds. */
  created(n: number, data: Dataset): number
  updated(n: number, data: Dataset): number
  /** The index of the location that an object belongs to; absent if the objects belong to the merchant. */
  location?(n: number, data: Dataset): number
  /** All fields but the id. */
  generate(n: number, data: Dataset): Fields
  /** The object as the API shows it now, with what other objects say of it. */
  view?(object: SquareObject, live: ByResource<LiveObjects>): SquareObject
}

/** The generated objects of all resources: how many there are, their ids, and which belongs to which. */
export interface Dataset {
  /** The end of the generated history, in unix milliseconds. */
  readonly now: number
  readonly merchant: string
  readonly locations: readonly SquareLocation[]
  count(name: ResourceName): number
  /** The id of the n-th object, whether or not it exists. */
  id(name: ResourceName, n: number): string
  /** The id of the n-th object; undefined if there is none. */
  ref(name: ResourceName, n: number | undefined): string | undefined
  created(name: ResourceName, n: number): number
  updated(name: ResourceName, n: number): number
  /** A moment of the history for the n-th object of a resource without parents; the lower the number, the newer. */
  moment(name: ResourceName, n: number): number
  parent(child: ResourceName, n: number): number | undefined
  children(child: ResourceName, n: number): NumberRange
  /** A stream that is the same for every caller, for facts that several objects must agree on. */
  draw(name: ResourceName, n: number): Random
}

/** The objects of one resource as they are now. */
export interface LiveObjects {
  retrieve(id: string): SquareObject | undefined
  /** The objects that belong to an object of another resource, newest first. */
  related(parentId: string): readonly SquareObject[]
}

import type { Listing } from './collection.ts'
import { badParameter, missing, missingParameter, Refusal, unknownParameter } from './refusal.ts'
import type { Resource } from './resource.ts'

/** The parameters of a list call. */
export interface ListCall extends Listing {
  readonly expand: readonly string[]
}

/** The parameters that a list accepts. */
export interface ListShape extends Pick<Resource, 'object' | 'filters' | 'expandable' | 'checkFilters'> {
  readonly createdFilter: boolean
  /** A parameter that every call must have. */
  readonly required?: string
}

/** Parses a query as Stripe does, and refuses what Stripe refuses. `exists` tells whether an id can be a cursor. */
export function parseListing(query: URLSearchParams, shape: ListShape, exists: (id: string) => boolean): ListCall {
  const filters: Record<string, string> = {}
  const cursors: { starting_after?: string; ending_before?: string } = {}
  const expand: string[] = []
  let { limit, min, max } = { limit: 10, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY }

  for (const [name, value] of query) {
    const bound = shape.createdFilter ? bounds.get(name) : undefined
    const array = name.replace(/\[\d*\]$/, '[]')
    if (bound) {
      const [from, to] = bound(wholeNumber(name, value))
      min = Math.max(min, from)
      max = Math.min(max, to)
    } else if (name === 'limit') limit = pageSize(value)
    else if (name === 'starting_after' || name === 'ending_before') cursors[name] = value
    else if (isExpand(name)) expand.push(expansionInList(value, shape))
    else if (Object.hasOwn(shape.filters, name)) filters[name] = value
    else if (Object.hasOwn(shape.filters, array)) filters[array] = appended(filters[array], value)
    else throw unknownParameter(name)
  }

  const { required } = shape
  if (required !== undefined && filters[required] === undefined) throw missingParameter(required)
  shape.checkFilters?.(filters)
  const { starting_after: startingAfter, ending_before: endingBefore } = cursors
  if (startingAfter !== undefined && endingBefore !== undefined)
    throw new Refusal(400, { message: 'You cannot parameterize both starting_after and ending_before.' })
  for (const [param, id] of Object.entries(cursors)) if (!exists(id)) throw missing(400, shape.object, id, param)

  const cursor = startingAfter === undefined ? endingBefore !== undefined && { endingBefore } : { startingAfter }
  return { limit, min, max, ...cursor, filters, expand }
}

/** The fields that a GET by id expands. It takes no other parameter. */
export function parseExpand(query: URLSearchParams, shape: Expandable): readonly string[] {
  return [...query].map(([name, value]) => {
    if (!isExpand(name)) throw unknownParameter(name)
    return expansion(value, value, shape)
  })
}

/** The inclusive seconds that each parameter allows, from and to. */
const bounds: ReadonlyMap<string, (at: number) => readonly [number, number]> = new Map([
  ['created', (at) => [at, at]],
  ['created[gt]', (at) => [at + 1, Number.POSITIVE_INFINITY]],
  ['created[gte]', (at) => [at, Number.POSITIVE_INFINITY]],
  ['created[lt]', (at) => [Number.NEGATIVE_INFINITY, at - 1]],
  ['created[lte]', (at) => [Number.NEGATIVE_INFINITY, at]],
])

type Expandable = Pick<Resource, 'expandable'>

const appended = (values: string | undefined, value: string) => (values === undefined ? value : `${values},${value}`)
const isExpand = (name: string) => /^expand\[\d*\]$/.test(name)

const expansionInList = (path: string, shape: Expandable) =>
  expansion(path, path.startsWith('data.') ? path.slice('data.'.length) : '', shape)

/** The first field of an expansion. Deeper fields are accepted, down to Stripe's four levels, and change nothing. */
function expansion(path: string, fields: string, shape: Expandable): string {
  const [field = ''] = fields.split('.')
  if (path.split('.').length > 4)
    throw badParameter('expand', `You cannot expand more than 4 levels of a property. Property: ${path}`)
  if (!Object.hasOwn(shape.expandable, field))
    throw badParameter('expand', `This property cannot be expanded (${path}).`)
  return field
}

function pageSize(value: string): number {
  const limit = wholeNumber('limit', value)
  if (limit < 1) throw badParameter('limit', 'This value must be greater than or equal to 1.')
  if (limit > 100) throw badParameter('limit', 'This value must be less than or equal to 100.')
  return limit
}

function wholeNumber(param: string, value: string): number {
  if (!/^-?\d+$/.test(value)) throw badParameter(param, `Invalid integer: ${value}`, 'parameter_invalid_integer')
  return Number(value)
}

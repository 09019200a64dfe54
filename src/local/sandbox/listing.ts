import type { Collection, Listing } from './collection.ts'
import { badParameter, missing, Refusal, unknownParameter } from './refusal.ts'
import type { Resource } from './resource.ts'

/** The parameters of a list call, refused as Stripe refuses them. */
export interface ListCall extends Listing {
  readonly expand: readonly string[]
}

export function parseListing(
  query: URLSearchParams,
  resource: Resource,
  collection: Collection,
  livemode: boolean,
): ListCall {
  const filters: Record<string, string> = {}
  const expand: string[] = []
  const cursors: { startingAfter?: string; endingBefore?: string } = {}
  let limit = 10
  let min = Number.NEGATIVE_INFINITY
  let max = Number.POSITIVE_INFINITY

  const cursor = (param: string, id: string) => {
    if (!collection.place(id)) throw missing(400, resource.object, id, param)
    return id
  }
  const known: Record<string, (value: string) => void> = {
    limit: (value) => {
      limit = pageSize(value)
    },
    starting_after: (value) => {
      cursors.startingAfter = cursor('starting_after', value)
    },
    ending_before: (value) => {
      cursors.endingBefore = cursor('ending_before', value)
    },
    created: (value) => {
      min = max = seconds('created', value)
    },
    'created[gt]': (value) => {
      min = Math.max(min, seconds('created[gt]', value) + 1)
    },
    'created[gte]': (value) => {
      min = Math.max(min, seconds('created[gte]', value))
    },
    'created[lt]': (value) => {
      max = Math.min(max, seconds('created[lt]', value) - 1)
    },
    'created[lte]': (value) => {
      max = Math.min(max, seconds('created[lte]', value))
    },
  }
  for (const [name, value] of query) {
    if (/^expand\[\d*\]$/.test(name)) expand.push(expandable(value, resource))
    else if (Object.hasOwn(known, name)) known[name]?.(value)
    else if (Object.hasOwn(resource.filters, name)) filters[name] = value
    else throw unknownParameter(name)
  }
  if (cursors.startingAfter !== undefined && cursors.endingBefore !== undefined)
    throw new Refusal(400, { message: 'You cannot parameterize both starting_after and ending_before.' })
  return { limit, min, max, ...cursors, filters, livemode, expand }
}

/** The first name of an expansion of a list; deeper ones are accepted down to Stripe's four levels and change nothing. */
function expandable(path: string, resource: Resource): string {
  const [data, field, ...deeper] = path.split('.')
  if (deeper.length > 2)
    throw badParameter('expand', `You cannot expand more than 4 levels of a property. Property: ${path}`)
  if (data !== 'data' || !field || !Object.hasOwn(resource.expandable, field))
    throw badParameter('expand', `This property cannot be expanded (${path}).`)
  return field
}

function pageSize(value: string): number {
  if (!/^-?\d+$/.test(value)) throw badParameter('limit', `Invalid integer: ${value}`, 'parameter_invalid_integer')
  if (Number(value) < 1) throw badParameter('limit', 'This value must be greater than or equal to 1.')
  if (Number(value) > 100) throw badParameter('limit', 'This value must be less than or equal to 100.')
  return Number(value)
}

function seconds(param: string, value: string): number {
  if (!/^-?\d+$/.test(value)) throw badParameter(param, `Invalid integer: ${value}`, 'parameter_invalid_integer')
  return Number(value)
}

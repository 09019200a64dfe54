import type { Collection } from './collection.ts'
import type { GeneratedDataset } from './dataset.ts'
import { mainLocation } from './locations.ts'
import type { ByResource } from './names.ts'
import type { Pager } from './pager.ts'
import { badRequest } from './refusal.ts'

/** What every operation answers from. */
export interface Merchant {
  readonly data: GeneratedDataset
  readonly collections: ByResource<Collection>
  readonly pager: Pager
  readonly scopes: readonly string[]
  /** When the tokens expire, in unix milliseconds. */
  readonly expireAt: number
}

/** The id of a location that a request names; the main location if it names none. */
export function locationOrMain({ locations }: GeneratedDataset, id: string | undefined): string | undefined {
  return id === undefined ? locations[mainLocation]?.id : knownLocation({ locations }, id)
}

export function knownLocation({ locations }: Pick<GeneratedDataset, 'locations'>, id: string, field = 'location_id') {
  if (!locations.some((location) => location.id === id))
    throw badRequest('INVALID_VALUE', `There is no location \`${id}\`.`, field)
  return id
}

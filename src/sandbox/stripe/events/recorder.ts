import { fraction, pick, type Random } from '../../server/random.ts'
import type { Collection } from '../collection.ts'
import type { StripeObject } from '../resource.ts'
import type { ByResource } from '../resources/names.ts'
import { type PriceObject, planOf } from '../resources/prices.ts'
import type { EventType } from './change-events.ts'
import { asOf, type Lookup, olderVersions, pinnedVersion } from './older-shapes.ts'
import { previousAttributes } from './previous-attributes.ts'

export interface Change {
  readonly types: readonly EventType[]
  /** The object after the change; of a deleted object, its last state. */
  readonly object: StripeObject
  readonly before?: StripeObject
  /** Unix seconds. */
  readonly at: number
  readonly apiVersion?: string | undefined
}

export type Recorder = (change: Change) => void

interface RecorderOptions {
  readonly collections: ByResource<Collection>
  readonly lookup: Lookup
  readonly random: Random
  /** The share of events that an older version of the API rendered. */
  readonly olderShare: number
  /** Told each event. */
  tell(event: StripeObject): void
}

/** Appends events. Each holds the object as it was at that time, in the shape of the event's API version. */
export function createRecorder({ collections, lookup, random, olderShare, tell }: RecorderOptions): Recorder {
  return ({ types, object, before, at, apiVersion }) => {
    const drawn = fraction(random) < olderShare ? pick(random, olderVersions) : pinnedVersion
    const version = apiVersion ?? drawn
    for (const type of types) {
      const shown = (state: StripeObject) => asOf(version, type.startsWith('plan.') ? asPlan(state) : state, lookup)
      const data = { object: shown(object) }
      const previous =
        before && hasPreviousAttributes(type)
          ? { previous_attributes: previousAttributes(shown(before), data.object) }
          : {}
      tell(
        collections.events.insert({ api_version: version, data: structuredClone({ ...data, ...previous }), type }, at),
      )
    }
  }
}

const hasPreviousAttributes = (type: string) => type.endsWith('.updated') || type === 'charge.refunded'

// Every price of the sandbox has the shape its generator gives it.
const asPlan = (price: StripeObject) => planOf(price as unknown as PriceObject)

import type { Collection } from './collection.ts'
import { eventTypes } from './events/event-types.ts'
import type { Recorder } from './events/recorder.ts'
import type { StripeObject } from './resource.ts'
import type { ByResource, ResourceName } from './resources/names.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface MutationOptions {
  /** The API version that renders the event. Default: the pinned version, or sometimes an older one. */
  readonly apiVersion?: string
  /** The time of the change, in unix seconds. Default: now. */
  readonly at?: number
  /** If true, the change makes no event. */
  readonly silent?: boolean
}

export interface Mutations {
  /** Adds an object. Fields that are not given are generated, `created` is now. A nested list may be an array of all rows. */
  insert(resource: ResourceName, fields?: Fields, options?: MutationOptions): StripeObject
  /** Changes fields. A nested list may be an array of all its rows. Status `canceled` cancels a subscription. */
  update(resource: ResourceName, id: string, patch: Fields, options?: MutationOptions): void
  /** Deletes an object. The subscriptions of a deleted customer are canceled. */
  remove(resource: ResourceName, id: string, options?: MutationOptions): void
}

export function createMutations(live: ByResource<Collection>, recordChange: Recorder, now: () => number): Mutations {
  const mutations: Mutations = {
    insert(resource, fields = {}, { at = now(), apiVersion, silent } = {}) {
      const object = live[resource].insert(fields, at)
      if (!silent) recordChange({ types: eventTypes[resource]?.created?.(object) ?? [], object, at, apiVersion })
      return object
    },
    update(resource, id, patch, { at = now(), apiVersion, silent } = {}) {
      const before = live[resource].retrieve(id)
      live[resource].update(id, patch)
      const object = live[resource].retrieve(id)
      if (silent || !before || !object) return
      recordChange({ types: eventTypes[resource]?.updated?.(before, object) ?? [], object, before, at, apiVersion })
    },
    remove(resource, id, options = {}) {
      const { at = now(), apiVersion, silent } = options
      const object = live[resource].retrieve(id)
      if (resource === 'customers') cancelSubscriptions(id, options)
      live[resource].remove(id)
      const type = eventTypes[resource]?.deleted
      if (!silent && object && type) recordChange({ types: [type, ...planDeleted(object)], object, at, apiVersion })
    },
  }

  function cancelSubscriptions(customer: string, options: MutationOptions): void {
    const at = options.at ?? now()
    for (const { id, status } of live.subscriptions.related('customers', customer))
      if (status !== 'canceled' && status !== 'incomplete_expired')
        mutations.update('subscriptions', id, { status: 'canceled', canceled_at: at, ended_at: at }, options)
  }
  return mutations
}

const planDeleted = (object: StripeObject) =>
  object.object === 'price' && object.recurring ? (['plan.deleted'] as const) : []

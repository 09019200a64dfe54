import type { Collection } from './collection.ts'
import type { Change } from './events/tell-of.ts'
import type { ByResource, ResourceName } from './names.ts'
import type { Fields, SquareObject } from './square-object.ts'
import { calendarDate, timestamp, wholeSecond } from './timestamps.ts'

export interface MutationOptions {
  /** The time of the change, in unix milliseconds. Default: now. */
  readonly at?: number
  /** The lists show the change from this moment on, in unix milliseconds. Default: after the sandbox's lag. */
  readonly listedFrom?: number
}

export interface Mutations {
  /** Adds an object. Fields that are not given are generated; it is created and changed now, unless the fields say else. */
  insert(resource: ResourceName, fields?: Fields, options?: MutationOptions): SquareObject
  /** Changes fields, the time of change and the version. */
  update(resource: ResourceName, id: string, patch: Fields, options?: MutationOptions): SquareObject
  /** Deletes an object. A catalog object stays as a tombstone. The subscriptions of a deleted customer are canceled. */
  remove(resource: ResourceName, id: string, options?: MutationOptions): void
}

interface MutationContext {
  /** The provider's clock, in unix milliseconds. */
  now(): number
  /** Milliseconds until the lists show a change. */
  readonly lag: number
  /** Told each change. */
  tell(change: Change): void
}

export function createMutations(live: ByResource<Collection>, { now, lag, tell }: MutationContext): Mutations {
  const listed = ({ at = now(), listedFrom = at + lag }: MutationOptions) => ({ listedFrom })
  const mutations: Mutations = {
    insert(resource, fields = {}, options = {}) {
      const { at = now() } = options
      const object = live[resource].insert({ ...createdAt(resource, at), ...fields }, listed(options))
      tell({ resource, kind: 'created', object, at })
      tellOfSubscription(object, at)
      return object
    },
    update(resource, id, patch, options = {}) {
      const { at = now() } = options
      const version = live[resource].retrieve(id)?.version
      const object = live[resource].update(id, { ...updatedAt(resource, at, version), ...patch }, listed(options))
      tell({ resource, kind: 'updated', object, at })
      return object
    },
    remove(resource, id, options = {}) {
      if (resource === 'plans' || resource === 'variations') {
        mutations.update(resource, id, { is_deleted: true }, options)
        return
      }
      if (resource === 'customers') cancelSubscriptions(id, options)
      const object = live[resource].retrieve(id)
      live[resource].remove(id, listed(options))
      const { at = now() } = options
      if (object) {
        tell({ resource, kind: 'deleted', object, at })
        tellOfSubscription(object, at)
      }
    },
  }

  /** A subscription names its invoices. */
  function tellOfSubscription({ subscription_id: id }: SquareObject, at: number): void {
    const object = typeof id === 'string' ? live.subscriptions.retrieve(id) : undefined
    if (object) tell({ resource: 'subscriptions', kind: 'updated', object, at })
  }

  function cancelSubscriptions(customer: string, options: MutationOptions): void {
    const date = calendarDate(options.at ?? now())
    const canceled = { status: 'CANCELED', canceled_date: date, completed_date: date, actions: undefined }
    for (const { id, customer_id, status } of live.subscriptions.all())
      if (customer_id === customer && status !== 'CANCELED') mutations.update('subscriptions', id, canceled, options)
  }
  return mutations
}

function createdAt(resource: ResourceName, at: number): Fields {
  switch (resource) {
    case 'plans':
    case 'variations':
      return { updated_at: timestamp(at), version: at, is_deleted: false }
    case 'subscriptions':
      return { created_at: wholeSecond(at) }
    case 'payouts':
      return { created_at: wholeSecond(at), updated_at: wholeSecond(at) }
    case 'entries':
      return { effective_at: timestamp(at) }
    default:
      return { created_at: timestamp(at), updated_at: timestamp(at) }
  }
}

function updatedAt(resource: ResourceName, at: number, version: unknown): Fields {
  const next = typeof version === 'number' ? { version: version + 1 } : {}
  switch (resource) {
    case 'plans':
    case 'variations':
      return { updated_at: timestamp(at), version: at }
    case 'subscriptions':
    case 'entries':
      return next
    case 'payouts':
      return { updated_at: wholeSecond(at), ...next }
    default:
      return { updated_at: timestamp(at), ...next }
  }
}

import { mix, seedFor } from '../server/random.ts'
import type { Change } from './events/tell-of.ts'
import { slots, storyLength } from './ledger/line-kinds.ts'
import { transactionAt } from './ledger/transaction.ts'
import type { Merchant } from './merchant.ts'
import type { IdentifiedName, ResourceName } from './names.ts'
import { type Fields, fieldOf, type Stored } from './paypal-object.ts'
import { disputeAt } from './resources/disputes.ts'
import { invoiceAt } from './resources/invoices.ts'
import { planAt } from './resources/plans.ts'
import { productAt } from './resources/products.ts'
import { subscriptionAt } from './resources/subscriptions.ts'
import { millisecondTime, reportingTime, timestamp } from './timestamps.ts'

export interface MutationOptions {
  /** The time of the change, in unix seconds. Default: now. */
  readonly at?: number
  /** Transaction Search shows the change from this second on. Default: after a lag drawn by the seed. */
  readonly listedFrom?: number
}

export interface Mutations {
  /** Adds an object. Fields that are not given are generated; it is created and changed now, unless the fields say else. */
  insert(resource: ResourceName, fields?: Fields, options?: MutationOptions): Stored
  /** Changes fields and the time of change. Parts of a transaction are merged with the fields they have. */
  update(resource: ResourceName, key: string, patch: Fields, options?: MutationOptions): Stored
  /** Deletes an object, as a merchant can delete a draft of an invoice. Transactions stay for ever. */
  remove(resource: IdentifiedName, key: string): void
}

interface MutationContext {
  readonly seed: number
  readonly lag: number
  /** The provider's clock, in unix seconds. */
  now(): number
  /** Told each change that PayPal tells of. */
  tell(change: Change): void
}

export function createMutations(merchant: Merchant, { seed, lag, now, tell }: MutationContext): Mutations {
  const { data, ledger, stores } = merchant
  const inserted: Record<string, number> = {}
  let changes = 0
  const listed = ({ at = now(), listedFrom }: MutationOptions) =>
    listedFrom ?? at + (lag === 0 ? 0 : mix(changes++ ^ seedFor(seed, 'late changes')) % (lag + 1))

  function insertTransaction(fields: Fields, options: MutationOptions): Stored {
    const { at = now() } = options
    const n = nextNumber('transactions', 0)
    const times = { transaction_initiation_date: reportingTime(at), transaction_updated_date: reportingTime(at) }
    return ledger.insert(merged(newPayment(n, merchant), merged({ transaction_info: times }, fields)), listed(options))
  }

  function nextNumber(name: ResourceName, first: number): number {
    const n = inserted[name] ?? first
    inserted[name] = n + 1
    return n
  }

  return {
    insert(resource, fields = {}, options = {}) {
      if (resource === 'transactions') return insertTransaction(fields, options)
      const n = nextNumber(resource, data.count(resource))
      const fresh = generate[resource](n, data)
      const object = { ...fresh, ...createdAt(resource, options.at ?? now(), fresh), ...fields }
      const key = String(object[idFields[resource]])
      if (stores[resource].get(key)) throw new Error(`sandbox: there is already a ${resource} ${key}`)
      const stored = stores[resource].set(key, defined(object))
      tell({ resource, isNew: true, object: stored.object, at: options.at ?? now() })
      return stored
    },
    update(resource, key, patch, options = {}) {
      const { at = now() } = options
      if (resource === 'transactions') {
        const before = ledger.retrieve(key)
        if (!before) throw new Error(`sandbox: no transactions ${key}`)
        const time = { transaction_info: { transaction_updated_date: reportingTime(at) } }
        return ledger.update(key, merged(before, merged(time, patch)), listed(options))
      }
      const before = stores[resource].get(key)
      if (!before) throw new Error(`sandbox: no ${resource} ${key}`)
      if (idFields[resource] in patch) throw new Error('sandbox: the id of an object never changes')
      const stored = stores[resource].set(key, defined({ ...before, ...changedAt(resource, at, before), ...patch }))
      tell({ resource, isNew: false, object: stored.object, at })
      return stored
    },
    remove(resource, key) {
      if (!stores[resource].get(key)) throw new Error(`sandbox: no ${resource} ${key}`)
      stores[resource].remove(key)
    },
  }
}

const idFields: Readonly<Record<IdentifiedName, string>> = {
  subscriptions: 'id',
  plans: 'id',
  products: 'id',
  invoices: 'id',
  disputes: 'dispute_id',
}

const generate = {
  subscriptions: subscriptionAt,
  plans: planAt,
  products: productAt,
  invoices: invoiceAt,
  disputes: disputeAt,
} as const

/** The first line of a story that was not generated: an ordinary payment. */
function newPayment(n: number, { data }: Merchant): Fields {
  const { stories } = data
  const story = stories.spread + Math.ceil(stories.count / storyLength) + n
  return transactionAt(stories.numberOf(story, slots.payment), data.now, {
    ...data,
    stories: { ...stories, time: () => data.now },
  })
}

/** Parts of a transaction with other fields in them. A field that is undefined is taken out. */
function merged(before: Fields, patch: Fields): Fields {
  const parts = Object.entries(patch).map(([part, fields]) => {
    const known = before[part]
    const isPart = typeof known === 'object' && typeof fields === 'object'
    return [part, isPart ? defined({ ...known, ...fields }) : fields]
  })
  return { ...before, ...Object.fromEntries(parts) }
}

const defined = (object: Fields): Fields =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))

function createdAt(resource: IdentifiedName, at: number, fresh: Fields): Fields {
  if (resource === 'invoices') return { status: 'DRAFT', ...withTimes(fresh, { create_time: timestamp(at) }) }
  const time = resource === 'disputes' ? millisecondTime(at) : timestamp(at)
  const times = { create_time: time, ...(resource === 'products' ? {} : { update_time: time }) }
  return resource === 'subscriptions' ? { ...times, status_update_time: time } : times
}

function changedAt(resource: IdentifiedName, at: number, before: Fields): Fields {
  if (resource === 'disputes') return { update_time: millisecondTime(at) }
  return resource === 'invoices'
    ? withTimes(before, { last_update_time: timestamp(at) })
    : { update_time: timestamp(at) }
}

/** The times of an invoice stand in its detail. */
function withTimes({ detail }: Fields, times: Fields): Fields {
  const metadata = fieldOf(detail, 'metadata')
  if (typeof detail !== 'object' || typeof metadata !== 'object') return {}
  return { detail: { ...detail, metadata: { ...metadata, ...times } } }
}

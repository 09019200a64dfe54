import { createAnnouncements, type Hear } from '../server/announcements.ts'
import type { Clock } from '../server/clock.ts'
import { createdOnUse } from '../server/created-on-use.ts'
import { seedFor } from '../server/random.ts'
import { type Change, eventOf } from './events/tell-of.ts'
import { createMerchant, type Merchant } from './merchant.ts'
import { createMutations, type Mutations } from './mutations.ts'
import type { ResourceName } from './names.ts'
import { wholePlan } from './operations/catalog.ts'
import { selfLink } from './operations/pages.ts'
import type { SandboxOptions } from './options.ts'
import type { Fields, Stored } from './paypal-object.ts'
import { lastRefreshed } from './refreshment.ts'
import { createSteps, type SimulatedStep, type SimulateOptions, simulate } from './simulate/simulate.ts'
import { hour } from './timestamps.ts'

/** The data of one merchant, for tests. */
export interface MerchantAccess extends Mutations {
  /** The id of the account, as `account_number` of Transaction Search has it. */
  readonly merchant: string
  /** All that the API shows of each object now, in no order, in whichever answer it does. */
  expected(resource: ResourceName): readonly Fields[]
  /** The same an object at a time, with the keys by which the mutations know the objects. */
  stored(resource: ResourceName): Iterable<Stored>
  /** Simulates so many days of changes, moving the clock, and returns the changes. */
  simulate(days: number, options?: SimulateOptions): readonly SimulatedStep[]
  /** Makes changes one by one, now, as a simulation does: undefined if one fits nothing. */
  steps(options?: SimulateOptions): () => SimulatedStep | undefined
  /** Calls `hear` with each event from now on. Returns a function that ends it. */
  onEvent(hear: Hear): () => void
}

interface Accounts {
  merchantOf(id: string): Merchant
  accessTo(id: string): MerchantAccess
}

interface AccountOptions extends SandboxOptions {
  readonly merchants: readonly string[]
  readonly seed: number
  /** The end of the generated history, in unix seconds. */
  readonly populatedUntil: number
}

/** The accounts of all merchants, each generated on first use. */
export function createAccounts(options: AccountOptions, { now, advance }: Clock): Accounts {
  const { transactions = 1_000, counts = {}, day, density = 'growing', merchants, populatedUntil, seed } = options
  const { lag = 3 * hour } = options
  const opened = createdOnUse(merchants, (id) => {
    const merchantSeed = id === merchants[0] ? seed : seedFor(seed, id)
    const dataset = { transactions, day, density, counts, merchant: id, now: populatedUntil, seed: merchantSeed }
    const merchant = createMerchant({ dataset, lag, now, lastRefreshed: () => lastRefreshed(now(), options) })
    const { tell, listen } = createAnnouncements()
    const context = { seed: merchantSeed, lag, now, tell: (change: Change) => tell(eventOf(change)) }
    return { merchant, mutations: createMutations(merchant, context), onEvent: listen }
  })
  const open = (id: string) => {
    const account = opened[id]
    if (!account) throw new Error(`sandbox: no merchant ${id}`)
    return account
  }
  return {
    merchantOf: (id) => open(id).merchant,
    accessTo(id) {
      const { merchant, mutations, onEvent } = open(id)
      return {
        merchant: id,
        ...mutations,
        expected: (resource) => [...stored(merchant, resource)].map(({ object }) => object),
        stored: (resource) => stored(merchant, resource),
        simulate: (days, simulateOptions = {}) =>
          simulate({ merchant, mutations, now, advance }, days, simulateOptions),
        steps: (options = {}) => createSteps({ merchant, mutations, now }, options).next,
        onEvent,
      }
    },
  }
}

function* stored(merchant: Merchant, resource: ResourceName): Generator<Stored> {
  if (resource === 'transactions') {
    for (const row of merchant.ledger.all()) yield { key: merchant.ledger.keyOf(row.number), object: row.object() }
    return
  }
  for (const { key, object } of merchant.stores[resource].all())
    yield {
      key,
      object: resource === 'plans' ? wholePlan(object) : { ...object, links: selfLink(paths[resource] + key) },
    }
}

const paths = {
  subscriptions: '/v1/billing/subscriptions/',
  products: '/v1/catalogs/products/',
  invoices: '/v2/invoicing/invoices/',
  disputes: '/v1/customer/disputes/',
} as const

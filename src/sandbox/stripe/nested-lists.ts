import type { Ids } from '../server/ids.ts'
import type { Collection } from './collection.ts'
import type { StripeObject } from './resource.ts'
import { creditNoteLineIds } from './resources/credit-notes.ts'
import { lineIds } from './resources/invoice-facts.ts'
import type { ByResource, ResourceName } from './resources/names.ts'
import { itemIds, rowRoom } from './resources/subscription-facts.ts'

/** A list that belongs to one object of another. */
export interface Nested {
  readonly of: ResourceName
  /** What `object` of its rows says. */
  readonly object: string
  /** The list: under the parent (`lines`), or a path of its own with the parent as a parameter. */
  readonly at: { readonly under: string } | { readonly path: string; readonly parameter: string }
  /** Of rows that are kept in their parents. */
  readonly ids?: Ids
  /** Of rows that are a resource of their own. */
  readonly resource?: ResourceName
}

export const nested = {
  subscription_items: {
    of: 'subscriptions',
    object: 'subscription_item',
    at: { path: '/v1/subscription_items', parameter: 'subscription' },
    ids: itemIds,
  },
  invoice_lines: { of: 'invoices', object: 'line_item', at: { under: 'lines' }, ids: lineIds },
  credit_note_lines: {
    of: 'credit_notes',
    object: 'credit_note_line_item',
    at: { under: 'lines' },
    ids: creditNoteLineIds,
  },
  charge_refunds: { of: 'charges', object: 'refund', at: { under: 'refunds' }, resource: 'refunds' },
} as const satisfies Record<string, Nested>

export type NestedName = keyof typeof nested
// `keys` forgets what they are.
export const nestedNames = Object.keys(nested) as readonly NestedName[]

/** All rows of one parent, in their order; undefined when there is no such parent. */
export function rowsIn(live: ByResource<Collection>, name: NestedName, parent: string, livemode = false) {
  const { of, resource }: Nested = nested[name]
  if (!resource) return live[of].rows(parent, livemode)
  return typeof live[of].find(parent) === 'object' ? live[resource].related(of, parent, livemode) : undefined
}

interface Search {
  readonly name: NestedName
  readonly id: string
  readonly idOf: (name: ResourceName, n: number) => string
  readonly livemode: boolean
}

/** A row by its id: in the parent its number leads to, or in one that was changed. */
export function findRow(live: ByResource<Collection>, { name, id, idOf, livemode }: Search): StripeObject | undefined {
  const { of, ids }: Nested = nested[name]
  const number = ids?.number(id)
  const generated = number === undefined ? [] : [idOf(of, Math.floor(number / rowRoom))]
  for (const parent of [...generated, ...live[of].touched()]) {
    const row = live[of].rows(parent, livemode)?.find((one) => one.id === id)
    if (row) return row
  }
  return undefined
}

import type { Ids } from '../server/ids.ts'
import type { Collection } from './collection.ts'
import type { StripeObject } from './resource.ts'
import { creditNoteLineIds } from './resources/credit-notes.ts'
import { lineIds } from './resources/invoice-facts.ts'
import type { ByResource, ResourceName } from './resources/names.ts'
import { itemIds, maxNestedRows } from './resources/subscription-facts.ts'

/** A list that belongs to one object of another list. */
export interface NestedList {
  /** The resource of the object it belongs to. */
  readonly parent: ResourceName
  /** The field `object` of its rows. */
  readonly object: string
  /** The list is under its parent (`lines`), or has a path of its own with the parent as a parameter. */
  readonly location: { readonly under: string } | { readonly path: string; readonly parameter: string }
  /** The ids of rows that are stored in their parents. */
  readonly ids?: Ids
  /** The resource of rows that are objects of a list of their own. */
  readonly resource?: ResourceName
}

export const nestedLists = {
  subscription_items: {
    parent: 'subscriptions',
    object: 'subscription_item',
    location: { path: '/v1/subscription_items', parameter: 'subscription' },
    ids: itemIds,
  },
  invoice_lines: { parent: 'invoices', object: 'line_item', location: { under: 'lines' }, ids: lineIds },
  credit_note_lines: {
    parent: 'credit_notes',
    object: 'credit_note_line_item',
    location: { under: 'lines' },
    ids: creditNoteLineIds,
  },
  charge_refunds: { parent: 'charges', object: 'refund', location: { under: 'refunds' }, resource: 'refunds' },
} as const satisfies Record<string, NestedList>

export type NestedName = keyof typeof nestedLists
// `Object.keys` loses the literal type of the keys.
export const nestedNames = Object.keys(nestedLists) as readonly NestedName[]

/** All rows of one parent, in list order; undefined if there is no such parent. */
export function nestedRows(live: ByResource<Collection>, name: NestedName, parentId: string, livemode = false) {
  const { parent, resource }: NestedList = nestedLists[name]
  if (!resource) return live[parent].rows(parentId, livemode)
  const exists = typeof live[parent].find(parentId) === 'object'
  return exists ? live[resource].related(parent, parentId, livemode) : undefined
}

interface RowSearch {
  readonly name: NestedName
  readonly id: string
  readonly idOf: (name: ResourceName, n: number) => string
  readonly livemode: boolean
}

/** A row by its id, in the parent that its number belongs to or in a changed parent. */
export function findNestedRow(
  live: ByResource<Collection>,
  { name, id, idOf, livemode }: RowSearch,
): StripeObject | undefined {
  const { parent, ids }: NestedList = nestedLists[name]
  const number = ids?.numberOf(id)
  const generated = number === undefined ? [] : [idOf(parent, Math.floor(number / maxNestedRows))]
  for (const parentId of [...generated, ...live[parent].changedIds()]) {
    const row = live[parent].rows(parentId, livemode)?.find((candidate) => candidate.id === id)
    if (row) return row
  }
  return undefined
}

import { expect } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import type { ListSource, NestedSource } from '../../../src/provider/contract.ts'
import { fields } from '../../../src/provider/fields.ts'
import type { Check, ListSubject } from './check.ts'
import { itemsIn } from './pages.ts'
import { mostOf, readList } from './reading.ts'

/** What becomes of an item. */
export const rowChecks: readonly Check<ListSubject>[] = [
  {
    title: 'become rows with the item’s id by a function that is pure',
    run: async (subject) => arePure(subject.source, await itemsOf(subject)),
  },
  {
    title: 'become rows whatever shape a field has, and throw only where there is no id',
    run: async (subject) => takeAnyShape(subject.source, await itemsOf(subject)),
  },
]

const itemsOf = async ({ fixture, source }: ListSubject) =>
  itemsIn((await readList(source, { now: fixture.now(), limit: mostOf(source) })).flat())

type Rows = Pick<ListSource | NestedSource, 'name' | 'row'>

/** The core stamps these, so that a row must not have them. */
const stamped = ['tenantId', 'provider', 'raw', 'rawSha256', 'observedAt', 'syncedAt']

export function arePure({ row }: Rows, items: readonly Item[]): void {
  for (const item of items) {
    const frozen = again(item, deepFreeze(structuredClone(item.value())))
    const made = row(frozen)
    expect(made.id).toBe(item.id)
    expect(row(frozen)).toEqual(made)
    for (const name of stamped) expect(made).not.toHaveProperty(name)
  }
}

const odd = [undefined, null, true, -1, 1.5, 1e300, '', 'x', [], [null], {}, { id: 7 }, 7n]

export function takeAnyShape({ name, row }: Rows, items: readonly Item[]): void {
  const [item] = items
  if (!item) throw new Error(`exerciseProvider: the server has no ${name}, so that no row can be tried.`)
  const value = fields(item.value())
  for (const field of Object.keys(value).filter((key) => key !== 'id'))
    for (const shape of odd) expect(row(again(item, { ...value, [field]: shape })).id).toBe(item.id)
  expect(row(again(item, isMade(item) ? {} : { id: item.id })).id).toBe(item.id)
  for (const id of [undefined, null, 7, {}, []]) expect(() => row(Item.of({ ...value, id }))).toThrow()
  for (const whole of [undefined, null, 'x', 7, []]) expect(() => row(Item.of(whole))).toThrow()
}

/** Whether the provider made the item's id. */
const isMade = (item: Item) => fields(item.value()).id !== item.id

/** Another value under the same id. */
const again = (item: Item, value: unknown) => (isMade(item) ? Item.of(value).withId(item.id ?? '') : Item.of(value))

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part)
    Object.freeze(value)
  }
  return value
}

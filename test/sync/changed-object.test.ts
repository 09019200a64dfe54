import { expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { latestPerObject } from '../../src/sync/changed-object.ts'
import { cutItems } from '../support/items.ts'

const change = (item: Item | null, gone = false) => ({
  ...{ resource: 'customers', id: 'a', at: 7, item, gone, isUnsure: false },
})
const cut = (text: string) => cutItems(`[${text}]`)[0]!
const isAmbiguous = (...changes: Parameters<typeof change>[]) =>
  latestPerObject(
    changes.map((each) => change(...each)),
    () => false,
  ).map(({ ambiguous }) => ambiguous)

it('an event that comes twice, with the same bytes, says it all: nothing is asked for', () => {
  expect(isAmbiguous([cut('{"id":"a","name":"x"}')], [cut('{"id":"a","name":"x"}')])).toEqual([false])
})

it('two events of a moment do not say which is the later one where they differ in anything', () => {
  const item = () => cut('{"id":"a","name":"x"}')
  expect(isAmbiguous([item()], [cut('{"id":"a","name":"y"}')])).toEqual([true])
  expect(isAmbiguous([item()], [item(), true])).toEqual([true])
  expect(isAmbiguous([item(), true], [item()])).toEqual([true])
  expect(isAmbiguous([item()], [null])).toEqual([true])
  expect(isAmbiguous([null], [item()])).toEqual([true])
  expect(isAmbiguous([null], [null])).toEqual([true])
  // Without their bytes they cannot be compared.
  expect(isAmbiguous([Item.of({ id: 'a' })], [Item.of({ id: 'a' })])).toEqual([true])
  // Once two have differed, a third does not decide.
  expect(isAmbiguous([item()], [cut('{"id":"a","name":"y"}')], [cut('{"id":"a","name":"y"}')])).toEqual([true])
})

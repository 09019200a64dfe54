import { expect, test } from 'vitest'
import { isErased, type RelatedIds } from '../../src/erasure/owned.ts'

test.each<[string, Partial<RelatedIds>, boolean]>([
  ['is erased itself', { id: 'gone', customers: ['other'] }, true],
  ['is an erased customer’s', { customers: ['gone'] }, true],
  ['is about an erased object and names no customer', { about: ['other', 'gone'] }, true],
  ['is about an erased object and is another customer’s', { customers: ['other'], about: ['gone'] }, false],
  ['is about no erased object', { about: ['other'] }, false],
])('a row that %s', (_, ids, erased) => {
  const row = { id: 'self', customers: [], about: [], owns: [], ...ids }
  expect(isErased(row, (id) => id === 'gone')).toBe(erased)
})

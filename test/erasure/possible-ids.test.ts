import { expect, test } from 'vitest'
import { possibleIds } from '../../src/erasure/possible-ids.ts'

test('every text of a rejected item may be an id, whatever stands beside it', () => {
  const payload = JSON.stringify({ 'a b': 'c d', x: 'e "f', customer: 'cus_1', deep: [{ charge: 'ch_1' }] })
  const ids = possibleIds({ itemKey: 'key', reason: 'no such object: in_1', payload })
  expect(ids).toEqual(expect.arrayContaining(['key', 'cus_1', 'ch_1', 'in_1']))
  const quoted = JSON.stringify({ customer: 'cus_"1' })
  expect(possibleIds({ itemKey: 'key', reason: '', payload: quoted })).toContain('cus_"1')
  // Cut, as at 64 KiB.
  expect(possibleIds({ itemKey: 'key', reason: '', payload: payload.slice(0, -12) })).toContain('cus_1')
})

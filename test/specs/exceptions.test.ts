import { expect, test } from 'vitest'
import { exceptions, unexpected } from './exceptions.ts'

test('an exception says where the call or the field is documented, and says it once', () => {
  for (const { source, operation, field, in: place } of exceptions) {
    expect([operation, source]).not.toContain('')
    expect([operation, field === '']).toEqual([operation, place === 'call'])
  }
  const keys = exceptions.map(({ source, ...where }) => JSON.stringify(where))
  expect(new Set(keys).size).toBe(keys.length)
})

test('an exception allows its field in its operation, its place and its vendor, and one value of an enumeration', () => {
  const { vendor, operation, in: place, field, value } = exceptions.find((exception) => exception.value !== undefined)!
  const difference = { operation, in: place, field, what: 'must be equal to one of the allowed values', value }
  expect(unexpected(vendor, [difference])).toEqual([])
  for (const other of [
    { operation: 'GET /v2/cards' },
    { in: 'query' as const },
    { field: 'other' },
    { value: 'OTHER' },
  ])
    expect(unexpected(vendor, [{ ...difference, ...other }])).toHaveLength(1)
  expect(unexpected(vendor === 'square' ? 'stripe' : 'square', [difference])).toHaveLength(1)
})

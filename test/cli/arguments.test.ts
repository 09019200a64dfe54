import { expect, test } from 'vitest'
import { localTenant, readArguments } from '../../src/cli/arguments.ts'

test.each([
  ['0F9D3C52-6D1E-4B7A-9B51-2C8E7A4F1D03', '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'],
  ['00000000-0000-0000-0000-00000000000A', '00000000-0000-0000-0000-00000000000a'],
])('a tenant is named in any case and by any UUID, as in a message: %s', (given, tenant) => {
  expect(readArguments(['--tenant', given]).tenant).toBe(tenant)
})

test('the tenant has a default, and nonsense is refused in words', () => {
  expect(readArguments([]).tenant).toBe(localTenant)
  expect(() => readArguments(['--tenant', 'mine'])).toThrow('--tenant takes a UUID')
})

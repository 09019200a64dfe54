import { expect, test } from 'vitest'
import { eraseOptions } from '../../src/cli/erase-options.ts'
import { parseOptions } from '../../src/cli/options.ts'

const read = (args: readonly string[]) => parseOptions(eraseOptions, args).options

const tenant = '11111111-1111-4111-8111-111111111111'
const nonsense: Record<string, readonly [args: readonly string[], says: string]> = {
  'nothing at all': [[], '--tenant is missing'],
  'a tenant that is no UUID': [['--tenant', 'acme'], '--tenant takes a UUID'],
  'an address for a customer': [['--tenant', tenant, '--customer', 'a@example.com'], '--customer takes an id'],
  'no customer after all': [['--tenant', tenant, '--customer', ''], '--customer takes an id'],
  'a list of customers': [['--tenant', tenant, '--customer', 'cus_1,cus_2'], '--customer takes an id'],
  'a provider without a customer': [
    ['--tenant', tenant, '--provider', 'stripe'],
    '--provider and --account go with --customer',
  ],
  'a request and a customer': [['--pending', '--customer', 'c'], '--pending goes with --tenant and --dry-run alone'],
  'a customer without a dash': [['--tenant', tenant, 'cus_1'], 'cus_1'],
  'an option that is none': [['--tenant', tenant, '--force'], '--force'],
}

test.each(Object.entries(nonsense))('refuses %s', (_, [args, says]) => {
  expect(() => read(args)).toThrow(says)
})

test('takes a tenant, and a customer of a provider', () => {
  const usual = { tenant, pending: false, dryRun: false, unknown: false }
  expect(read(['--tenant', tenant])).toEqual(usual)
  expect(read(['--tenant', tenant, '--customer', 'cus_1', '--dry-run'])).toEqual({
    ...usual,
    customer: 'cus_1',
    dryRun: true,
  })
  expect(read(['--tenant', tenant, '--customer', 'c', '--provider', 'PayPal'])).toMatchObject({
    provider: 'paypal',
  })
})

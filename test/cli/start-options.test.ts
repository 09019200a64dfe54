import { expect, test } from 'vitest'
import { chooseLive } from '../../src/cli/live/options.ts'
import { parseOptions } from '../../src/cli/options.ts'
import { commandLine, completed, liveTenant, startOptions } from '../../src/cli/start-options.ts'
import { localTenant } from '../../src/cli/sync-options.ts'

const read = (args: readonly string[]) => completed(parseOptions(startOptions, args).options)

test.each([
  ['0F9D3C52-6D1E-4B7A-9B51-2C8E7A4F1D03', '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'],
  ['00000000-0000-0000-0000-00000000000A', '00000000-0000-0000-0000-00000000000a'],
])('a tenant is named in any case and by any UUID, as in a message: %s', (given, tenant) => {
  expect(read(['--tenant', given]).tenant).toBe(tenant)
})

test('the tenant has a default, and nonsense is refused in words', () => {
  expect(read([]).tenant).toBe(localTenant)
  expect(() => read(['--tenant', 'mine'])).toThrow('--tenant takes a UUID')
})

const refused: Record<string, readonly [args: readonly string[], says: string]> = {
  'a misspelt option': [['--custmers', '5'], 'The option "--custmers" is not known; did you mean --customers?'],
  'an option nothing is near to': [['--frobnicate'], 'of 16 names, --force is the nearest.'],
  'an unknown short option': [['-x'], 'The option "-x" is not known;'],
  'no number': [['--customers', 'many'], '--customers takes a whole number from 0 to 2000000, not "many".'],
  'too large a number': [['--latency=60001'], '--latency takes a whole number from 0 to 60000, not "60001".'],
  'an empty number': [['--customers', ''], '--customers takes a whole number from 0 to 2000000, not "".'],
  'a value that is missing': [['--customers'], '--customers needs a value: --customers N.'],
  'another option for a value': [['--tenant', '--keep'], '--tenant needs a value before "--keep": --tenant UUID.'],
  'a flag with a value': [['--keep=yes'], '--keep takes no value, not "yes".'],
  'an option twice': [['--customers', '1', '--customers', '2'], '--customers is given twice.'],
}

test.each(Object.entries(refused))('refuses %s', (_, [args, says]) => {
  expect(() => read(args)).toThrow(says)
})

test('--live has a tenant, a size and resources of its own, unless they are named', () => {
  const read = (args: readonly string[]) => completed(parseOptions(startOptions, args).options, ['customers', 'prices'])
  expect(read(['--live'])).toMatchObject({ tenant: liveTenant, customers: 200, resources: 'customers,prices' })
  const named = ['--live', '--tenant', localTenant, '--customers', '10000', '--resources', 'customers']
  expect(read(named)).toMatchObject({ tenant: localTenant, customers: 10_000, resources: 'customers' })
  expect(read([])).toMatchObject({ tenant: localTenant, customers: 10_000, resources: 'customers' })
})

const live = (args: readonly string[]) => chooseLive(parseOptions(startOptions, args).options)
const unfit: Record<string, readonly [args: readonly string[], says: string]> = {
  'a rate without --live': [['--rate', '5'], '--rate belongs to --live.'],
  'seconds without --live': [['--seconds', '5'], '--seconds belongs to --live.'],
  'an envelope without --live': [['--envelope', 'sns'], '--envelope belongs to --live.'],
  'an incremental start': [['--live', '--incremental'], '--live begins with a full job. Leave out --incremental.'],
  'all providers': [
    ['--live', '--provider', 'all'],
    '--live takes --provider stripe, square, paypal, shopify, not "all".',
  ],
  'an envelope of another provider': [
    ['--live', '--provider', 'square', '--envelope', 'eventgrid'],
    '--envelope takes receiver, webhook or all for square, not "eventgrid".',
  ],
}

test.each(Object.entries(unfit))('refuses %s', (_, [args, says]) => {
  expect(() => live(args)).toThrow(says)
})

test('events come in the usual way of their provider, in one that is named, or in all', () => {
  expect(live([])).toBeNull()
  expect(live(['--live'])?.envelopes).toEqual(['eventbridge'])
  expect(live(['--live', '--provider', 'paypal'])?.envelopes).toEqual(['receiver'])
  expect(live(['--live', '--envelope', 'sns'])?.envelopes).toEqual(['sns'])
  expect(live(['--live', '--provider', 'shopify', '--envelope', 'all'])?.envelopes).toHaveLength(4)
})

test('the command line of options gives the same options', () => {
  expect(commandLine(read([]))).toBe('npm start')
  const line = commandLine(read(['--resources', 'all', '--customers=7', '--incremental']))
  expect(line).toBe('npm start -- --customers 7 --resources all --incremental')
})

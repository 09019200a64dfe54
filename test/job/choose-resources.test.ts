import { describe, expect, it } from 'vitest'
import { providerObjects as table } from '../../src/db/schema.ts'
import { chooseResources } from '../../src/job/plan.ts'
import { parseRequest } from '../../src/job/request.ts'
import type { Provider } from '../../src/provider/contract.ts'

const rest = { table, owner: null, row: () => ({ id: 'id', resource: 'any' }) }
const provider: Provider = {
  name: 'acme',
  resources: [
    { name: 'customers', ...rest },
    { name: 'prices', parts: ['active', 'inactive'], ...rest },
    { name: 'quotes', optional: true, ...rest },
    { name: 'files', optional: true, ...rest },
  ],
  connect: () => {
    throw new Error('not asked')
  },
}

const identity = {
  jobId: '7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10',
  tenantId: '0c5c1f0e-5f0a-4f0c-9a55-3a3f1c2b7d11',
  providerName: 'acme',
}

function requestOf(additionalData: object) {
  const parsed = parseRequest(JSON.stringify({ ...identity, additionalData }))
  if (parsed.kind !== 'request') throw new Error(parsed.error.message)
  return parsed.request
}

describe('a job is about', () => {
  const chosen: Readonly<Record<string, readonly [asked: readonly string[] | undefined, names: readonly string[]]>> = {
    'the default set, where it names none': [undefined, ['customers', 'prices']],
    'the resources it names, in the provider’s order': [
      ['files', 'customers'],
      ['customers', 'files'],
    ],
    'one that is named twice, once': [['customers', 'customers'], ['customers']],
    'everything with "*"': [['*'], ['customers', 'prices', 'quotes', 'files']],
    'everything with "*", whatever it names besides': [
      ['customers', '*'],
      ['customers', 'prices', 'quotes', 'files'],
    ],
  }
  it.each(Object.entries(chosen))('%s', (_, [resources, names]) => {
    expect(chooseResources(provider, requestOf({ resources })).map(({ name }) => name)).toEqual(names)
  })

  it('nothing that its provider does not have, and the error says what it has', () => {
    const choose = () => chooseResources(provider, requestOf({ resources: ['customers', 'clients', '*', 'bills'] }))
    expect(choose).toThrow(
      expect.objectContaining({
        verdict: 'reject',
        code: 'unknown_resource',
        message:
          'request: acme has no resource "clients", "bills". Use names of customers, prices, quotes, files, or "*" for all.',
      }),
    )
  })

  it('a resource that others show, if one of these is named as well, or everything', () => {
    const derived: Provider = {
      ...provider,
      resources: [...provider.resources, { name: 'payers', derivedFrom: ['prices', 'quotes'], ...rest }],
    }
    const namesFor = (resources: readonly string[]) =>
      chooseResources(derived, requestOf({ resources })).map(({ name }) => name)
    expect(namesFor(['payers', 'quotes'])).toEqual(['quotes', 'payers'])
    expect(namesFor(['*', 'payers'])).toContain('payers')
    expect(() => namesFor(['customers', 'payers'])).toThrow(
      'request: payers has no list of its own. Its rows come from prices and quotes. Name that resource as well.',
    )
  })
})

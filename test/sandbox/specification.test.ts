import { beforeAll, describe, expect, it } from 'vitest'
import { byName, modelled, type ResourceName, type Sandbox } from '../../src/sandbox/stripe/index.ts'
import { type NestedList, type NestedName, nestedLists, nestedNames } from '../../src/sandbox/stripe/nested-lists.ts'
import { resources } from '../../src/sandbox/stripe/resources/index.ts'
import { exceptions, usedExceptions } from '../specs/exceptions.ts'
import { checkStripeAnswer, checkStripeRequest } from '../specs/stripe.ts'
import { ask, setup } from './support.ts'

beforeAll(() => usedExceptions.clear())

/** Asks the sandbox and returns what the specification does not allow in the request and in the answer. */
async function differences(sandbox: Sandbox, path: string, query = ''): Promise<readonly string[]> {
  const { status, text } = await ask(sandbox, path + query)
  expect([path, status]).toEqual([path, 200])
  return [...checkStripeRequest('GET', path, new URLSearchParams(query)), ...checkStripeAnswer('GET', path, text)]
}

const queries: Partial<Record<ResourceName, string>> = {
  subscriptions: '?limit=100&status=all&created[gte]=1',
  // The one list that takes no parameter.
  reporting_report_types: '',
}

/** Calls that the specification does not have are exceptions; their answers are not checked. */
const isUnknown = (path: string) =>
  exceptions.some(({ in: place, operation }) => place === 'call' && operation === `GET ${path}`)

describe("an answer of Stripe's sandbox", () => {
  it('is as the specification says, in every list, by every id and in every nested list', async () => {
    const sandbox = await setup({ customers: 120 })
    sandbox.simulate(10, { perDay: 30 })
    for (const name of [...modelled, ...byName, 'events' as const]) {
      const { path } = resources[name]
      expect(await differences(sandbox, path, queries[name] ?? '?limit=100')).toEqual([])
      for (const { id } of isUnknown(path) ? [] : sandbox.expected(name).slice(0, 20))
        expect(await differences(sandbox, `${path}/${id}`)).toEqual([])
    }
    for (const name of nestedNames)
      for (const { parent, row } of sandbox.expectedNested(name).slice(0, 20))
        for (const [path, query] of nestedCalls(name, parent, row.id))
          expect(await differences(sandbox, path, query)).toEqual([])
    expect(await differences(sandbox, '/v1/account')).toEqual([])
    const ofFields = exceptions.filter(({ vendor, in: place }) => vendor === 'stripe' && place === 'answer')
    expect([...usedExceptions].filter(({ in: place }) => place === 'answer')).toEqual(expect.arrayContaining(ofFields))
  })
})

function nestedCalls(
  name: NestedName,
  parent: string,
  row: string,
): readonly (readonly [path: string, query: string])[] {
  const list: NestedList = nestedLists[name]
  const { location } = list
  if ('under' in location) return [[`${resources[list.parent].path}/${parent}/${location.under}`, '?limit=100']]
  return [
    [location.path, `?${location.parameter}=${parent}`],
    [`${location.path}/${row}`, ''],
  ]
}

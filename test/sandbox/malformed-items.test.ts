import { describe, expect, it } from 'vitest'
import type { FailureRule, StripeObject } from '../../src/sandbox/stripe/index.ts'
import { ask, setup } from './support.ts'

describe('malformed items', () => {
  const first = (change: (object: StripeObject) => unknown) => (objects: readonly StripeObject[]) => [
    change(objects[0]!),
    ...objects.slice(1),
  ]
  const without = ({ id, ...rest }: StripeObject) => rest
  const malformed: Record<string, { items: Extract<FailureRule, { kind: 'items' }>['items']; onTheWire: RegExp }> = {
    'a NUL': { items: first((object) => ({ ...object, name: 'a\u0000b' })), onTheWire: /"name":"a\\u0000b"/ },
    'a lone surrogate': { items: first((object) => ({ ...object, name: '\ud83d' })), onTheWire: /"name":"\\ud83d"/ },
    'a missing id': { items: first(without), onTheWire: /"data":\[\{"object"/ },
    'a numeric id': { items: first((object) => ({ ...object, id: 7 })), onTheWire: /"data":\[\{"id":7,/ },
    'an empty id': { items: first((object) => ({ ...object, id: '' })), onTheWire: /"data":\[\{"id":"",/ },
    'an id of 3,000 characters': {
      items: first((object) => ({ ...object, id: 'x'.repeat(3_000) })),
      onTheWire: /"id":"x{3000}"/,
    },
    'a creation time that is no number': {
      items: first((object) => ({ ...object, created: 'abc' })),
      onTheWire: /"created":"abc"/,
    },
    'an amount beyond 2^53': {
      items: (objects) => JSON.stringify(objects).replace(/"balance":-?\d+/, '"balance":9007199254740993'),
      onTheWire: /"balance":9007199254740993,/,
    },
    'an object in place of the array': { items: () => '{"0":1}', onTheWire: /"data":\{"0":1\}/ },
  }
  it.each(Object.entries(malformed))('reach the client unchanged: %s', async (_, { items, onTheWire }) => {
    const sandbox = await setup({ customers: 3 })
    const before = sandbox.expected('customers')
    sandbox.fail({ kind: 'items', items })
    expect((await ask(sandbox, '/v1/customers')).text).toMatch(onTheWire)
    expect(sandbox.expected('customers')).toEqual(before)
  })
})

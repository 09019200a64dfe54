import type { Sandbox } from '../../../src/sandbox/square/index.ts'
import { squareObjects, squareTables } from '../../integration/square-objects.ts'
import { createCheckedSquare } from '../../specs/checked-sandbox.ts'
import { openClock } from './clock.ts'
import { type Fault, passingEverywhere, type World, type WorldOptions } from './world.ts'

/** Part of the token that no log may show. */
const secret = 'EAAAEcanary4eC39HqLyjWDarjtT1zdp7dc'

/** A seller with five locations. */
export async function openSquareWorld({ customers = 100, now, ...options }: WorldOptions = {}): Promise<World> {
  const clock = openClock(now)
  const square = await createCheckedSquare({
    ...options,
    ...clock.options,
    limits: 'none',
    payments: customers * 4,
    counts: { customers },
  })
  clock.begin(square)
  return {
    provider: 'square',
    areCountsKnown: true,
    accessToken: secret,
    secret,
    settings: {
      Square__ApiBase: square.url,
      Square__RequestsPerSecond: '1000',
      Square__Environment: 'sandbox',
    },
    atMost: (perSecond) => ({ Square__RequestsPerSecond: String(perSecond) }),
    list: {
      resource: 'customers',
      requests: { path: '/v2/customers/search' },
      bare: ({ id, created_at, updated_at }) => ({ id, created_at, updated_at }),
      reshaped: (item) => ({ ...item, given_name: ['x'], email_address: { value: 'a@b' }, address: 'Main St' }),
    },
    shortList: { resource: 'customers', requests: { path: '/v2/customers/search' } },
    tables: Object.fromEntries(squareTables.map((table) => [table, 'id'])),
    expected: (scope) => squareObjects(square, scope),
    now: square.now,
    advance: square.advance,
    fail: (fault) => square.fail(ruleOf(fault)),
    passing: [...passingEverywhere, { kind: 'error-in-200' }],
    changeList(random) {
      for (const { id } of square.expected('customers'))
        square.update('customers', String(id), { note: `newer ${random.below(1e9)}` })
    },
    change(random, changed) {
      square.advance(60)
      // No list of changes shows that a customer or a draft is gone.
      const without = changed === 'any' ? [] : ['customer is deleted', 'draft is deleted']
      square.simulate(1, { seed: random.below(1e9), perDay: 8, without })
      if (changed === 'any') square.remove('customers', String(random.pick(square.expected('customers')).id))
      square.insert('customers', { email_address: `${random.below(1e9)}@example.com` })
      square.advance(60)
    },
    close: square.close,
  }
}

/** Square has no fields to name and no locks. */
function ruleOf({ field: _, ...fault }: Fault): Parameters<Sandbox['fail']>[0] {
  if (fault.kind === 'lock-timeout') throw new Error('world: Square has no locks')
  return fault
}

import { discountsOf, type Sandbox, type SandboxOptions } from '../../../src/sandbox/stripe/index.ts'
import { openCheckedStripe } from '../../specs/checked-sandbox.ts'
import { canary } from '../canary.ts'
import { isInline, nestedTables, optionTables, tables } from '../tables.ts'
import { behindSeconds, type Changed, type Fault, passingEverywhere, type World } from './world.ts'

/** A change of any of these makes an event. */
const announced = ['customers', 'products', 'invoices', 'charges'] as const

/** A world whose sandbox scenarios of Stripe alone may use. */
export interface StripeWorld extends World {
  readonly sandbox: Sandbox
}

export async function openStripeWorld(options: SandboxOptions = {}): Promise<StripeWorld> {
  const populatedUntil = Math.floor(Date.now() / 1_000) - behindSeconds - 60
  const sandbox = await openCheckedStripe({ customers: 100, limits: 'none', populatedUntil, ...options })
  sandbox.advance(-behindSeconds)
  let inserted: readonly string[] = []
  return {
    sandbox,
    provider: 'stripe',
    areCountsKnown: true,
    accessToken: canary,
    secret: canary,
    settings: {
      Stripe__ApiBase: sandbox.url,
      Stripe__RequestsPerSecond: '1000',
      Stripe__EndpointRequestsPerSecond: '1000',
    },
    atMost: (perSecond) => ({ Stripe__EndpointRequestsPerSecond: String(perSecond) }),
    list: {
      resource: 'customers',
      requests: { path: '/v1/customers' },
      bare: ({ id, created, object }) => ({ id, created, object }),
      reshaped: (item) => ({
        ...item,
        email: { value: 'a@b' },
        name: ['x'],
        balance: '12',
        address: 'Main St',
        metadata: [],
      }),
    },
    tables: {
      ...Object.fromEntries([...Object.keys(tables), ...Object.keys(optionTables)].map((table) => [table, 'id'])),
      ...Object.fromEntries(
        Object.entries(nestedTables).map(([table, { parent }]) => [table, `${parent} || ' ' || id`]),
      ),
      discounts: `subscription_id || ' ' || id`,
    },
    *expected(scope) {
      const isIn = (table: string) => scope?.includes(table) ?? true
      for (const [table, name] of Object.entries(tables))
        if (isIn(table)) for (const raw of sandbox.expected(name, true)) yield { table, key: raw.id, raw }
      for (const [table, { parent, more }] of Object.entries(optionTables))
        if (isIn(table))
          for (const raw of sandbox.expected(parent, true))
            if (!isInline(raw)) yield { table, key: raw.id, raw: { ...raw, ...more } }
      for (const [table, { name }] of Object.entries(nestedTables))
        if (isIn(table))
          for (const { parent, row } of sandbox.expectedNested(name, true))
            yield { table, key: `${parent} ${row.id}`, raw: row }
      if (isIn('discounts'))
        for (const subscription of sandbox.expected('subscriptions', true))
          for (const raw of discountsOf(subscription))
            yield { table: 'discounts', key: `${subscription.id} ${raw.id}`, raw }
    },
    now: sandbox.now,
    advance: sandbox.advance,
    shortList: { resource: 'customers', requests: { path: '/v1/customers' } },
    ...faultsOf(sandbox),
    changeList(random) {
      for (const { id } of sandbox.expected('customers'))
        sandbox.update('customers', id, { description: `newer ${random.below(1e9)}` })
    },
    change(random, changed: Changed) {
      sandbox.advance(60)
      for (let n = 0; n < 6; n++) {
        const resource = random.pick(changed === 'announced' ? announced : [...announced, 'payment_intents' as const])
        const all = sandbox.expected(resource)
        if (all.length > 0)
          sandbox.update(resource, random.pick(all).id, { metadata: { changed: String(random.below(1e9)) } })
      }
      for (const id of inserted) if (random.chance(0.5)) sandbox.remove('customers', id)
      inserted = [0, 1].map(() => sandbox.insert('customers', { email: `${random.below(1e9)}@example.com` }).id)
      sandbox.advance(60)
    },
    close: sandbox.close,
  }
}

/** How a sandbox of Stripe fails. */
export const faultsOf = ({ fail }: Pick<Sandbox, 'fail'>): Pick<World, 'fail' | 'passing'> => ({
  fail: (fault) => fail(ruleOf(fault)),
  passing: [...passingEverywhere, { kind: 'error-in-200' }, { kind: 'lock-timeout' }],
})

/** A field is Shopify's, and a refusal for the rate has a reason. */
function ruleOf({ field: _, ...fault }: Fault): Parameters<Sandbox['fail']>[0] {
  if (fault.kind === 'rate-limited') return { ...fault, reason: 'endpoint-rate' }
  if (fault.kind === 'error' && fault.status === 429 && fault.headers)
    return {
      ...fault,
      error: { code: 'rate_limit' },
      headers: { ...fault.headers, 'Stripe-Rate-Limited-Reason': 'endpoint-rate' },
    }
  return fault
}

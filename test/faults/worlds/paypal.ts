import type { Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { paypalObjects, paypalTables } from '../../integration/paypal-objects.ts'
import { createCheckedPayPal } from '../../specs/checked-sandbox.ts'
import { openClock } from './clock.ts'
import { type Fault, passingEverywhere, type World, type WorldOptions } from './world.ts'

const clientId = 'AXsandboxclientid'
const secret = 'EXcanary4eC39HqLyjWDarjtT1zdp7dc'

type Fields = Readonly<Record<string, unknown>>

/** A customer may be shown in two ways in one second, so that a copy may hold either. */
const tables = paypalTables.filter((table) => table !== 'customers')

/** A merchant whose transactions show at once. */
export async function openPayPalWorld({ customers = 100, now, ...options }: WorldOptions = {}): Promise<World> {
  const clock = openClock(now)
  const paypal = await createCheckedPayPal({
    ...options,
    ...clock.options,
    limits: 'none',
    lag: 0,
    transactions: customers,
    counts: { plans: 5 },
    clients: { [clientId]: secret },
  })
  clock.begin(paypal)
  return {
    provider: 'paypal',
    areCountsKnown: false,
    accessToken: JSON.stringify({ clientId, clientSecret: secret }),
    secret,
    settings: { PayPal__ApiBase: paypal.url, PayPal__RequestsPerSecond: '1000', PayPal__Environment: 'sandbox' },
    atMost: (perSecond) => ({ PayPal__RequestsPerSecond: String(perSecond) }),
    list: {
      resource: 'balance_transactions',
      requests: { path: '/v1/reporting/transactions' },
      bare: (item) => ({ transaction_info: barelyInfo(infoOf(item)) }),
      reshaped: (item) => ({ ...item, payer_info: 'x', shipping_info: [], cart_info: 12 }),
      statesTotal: true,
    },
    // The ledger takes a request for each month of three years.
    shortList: { resource: 'prices', requests: { path: '/v1/billing/plans' } },
    tables: Object.fromEntries(tables.map((table) => [table, 'id'])),
    expected: (scope = tables) => paypalObjects(paypal, scope),
    now: paypal.now,
    advance: paypal.advance,
    fail: (fault) => paypal.fail(ruleOf(fault)),
    passing: [...passingEverywhere, { kind: 'error-in-200' }],
    changeList(random) {
      for (const { key } of [...paypal.stored('transactions')])
        paypal.update('transactions', key, {
          transaction_info: { transaction_subject: `newer ${random.below(1e9)}` },
        })
    },
    change(random, changed) {
      paypal.advance(60)
      // A second hold of a payment has the id of the first, and is the same row of `refunds`: which line it shows is not known.
      // Only a complete list shows that a draft is gone.
      // A refund changes a paid invoice, of which an incremental job does not ask again.
      const without = ['payment is held', ...(changed === 'any' ? [] : ['draft is deleted', 'invoice is refunded'])]
      paypal.simulate(1, { seed: random.below(1e9), perDay: 8, without })
      const draft = changed === 'any' && [...paypal.stored('invoices')].find(({ object }) => object.status === 'DRAFT')
      if (draft) paypal.remove('invoices', draft.key)
      paypal.insert('transactions')
      paypal.advance(60)
    },
    close: paypal.close,
  }
}

const infoOf = (object: Fields) => object.transaction_info as Fields

/** What tells a line from the others, and its times. */
const barelyInfo = (info: Fields): Fields =>
  Object.fromEntries(
    Object.entries(info).filter(([name]) =>
      /^transaction_(id|event_code|initiation_date|updated_date|amount)$|^paypal_reference_id$/.test(name),
    ),
  )

/** PayPal has no fields to name and no locks. */
function ruleOf({ field: _, ...fault }: Fault): Parameters<Sandbox['fail']>[0] {
  if (fault.kind === 'lock-timeout') throw new Error('world: PayPal has no locks')
  return fault
}

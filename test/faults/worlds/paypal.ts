import { createPayPalSandbox, type ResourceName, type Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { openClock } from './clock.ts'
import { type Fault, passingEverywhere, type World, type WorldOptions } from './world.ts'

const clientId = 'AXsandboxclientid'
const secret = 'EXcanary4eC39HqLyjWDarjtT1zdp7dc'

type Fields = Readonly<Record<string, unknown>>

/** The tables of PayPal's lists whose rows have the whole payload. */
const tables: Readonly<Record<string, ResourceName>> = {
  balance_transactions: 'transactions',
  subscriptions: 'subscriptions',
  subscription_items: 'subscriptions',
  prices: 'plans',
  invoices: 'invoices',
  disputes: 'disputes',
}

/** PayPal shows disputes of 180 days, and the worker asks for a day less. */
const disputeMs = 179 * 86_400_000

/** A merchant whose transactions show at once. */
export async function openPayPalWorld({ customers = 100, now, ...options }: WorldOptions = {}): Promise<World> {
  const clock = openClock(now)
  const paypal = await createPayPalSandbox({
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
    tables: {
      ...Object.fromEntries(Object.keys(tables).map((table) => [table, 'id'])),
      invoice_lines: 'id',
      payments: 'id',
      refunds: 'id',
      payouts: 'id',
    },
    *expected(scope) {
      const isIn = (table: string) => scope?.includes(table) ?? true
      for (const [table, name] of Object.entries(tables)) {
        if (!isIn(table)) continue
        for (const object of paypal.expected(name))
          if (isShown(object)) yield { table, key: keyOf(name, object), raw: shown(object) }
      }
      if (isIn('invoice_lines'))
        for (const { id, items } of paypal.expected('invoices'))
          for (const [place, raw] of (Array.isArray(items) ? (items as readonly Fields[]) : []).entries())
            yield { table: 'invoice_lines', key: `${id}:${raw.id || place}`, raw }
      for (const object of paypal.expected('transactions')) {
        const table = derivedTableOf(object)
        if (table !== undefined && isIn(table)) yield { table, key: String(infoOf(object).transaction_id), raw: object }
      }
    },
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

/** What tells the lines of the ledger apart: an id is not unique. */
function keyOf(name: ResourceName, object: Fields): string {
  if (name !== 'transactions') return String(object.dispute_id ?? object.id)
  const info = infoOf(object)
  const { value, currency_code: currency } = info.transaction_amount as Fields
  const at = new Date(String(info.transaction_initiation_date)).toISOString()
  const parts = [info.transaction_id, info.transaction_event_code, at, info.paypal_reference_id, value, currency]
  return parts.map((part) => part ?? '').join('|')
}

/** The table that a line makes a row of besides the ledger. */
function derivedTableOf(object: Fields): string | undefined {
  const { transaction_event_code: code, transaction_amount: amount } = infoOf(object)
  const kind = String(code).slice(0, 3)
  const value = Number((amount as Fields).value)
  if (kind === 'T00' && value > 0) return 'payments'
  if (['T1106', 'T1107'].includes(String(code)) && value < 0) return 'refunds'
  return kind === 'T04' ? 'payouts' : undefined
}

const isShown = ({ dispute_id: dispute, create_time: created }: Fields) =>
  dispute === undefined || Date.parse(String(created)) > Date.now() - disputeMs

/** Without what PayPal shows in one kind of answer only: the state of a dispute in lists, a failed payment by id. */
function shown({ dispute_state: _, ...object }: Fields): Fields {
  if (typeof object.billing_info !== 'object') return object
  const { last_failed_payment: __, ...billing } = object.billing_info as Fields
  return { ...object, billing_info: billing }
}

/** PayPal has no fields to name and no locks. */
function ruleOf({ field: _, ...fault }: Fault): Parameters<Sandbox['fail']>[0] {
  if (fault.kind === 'lock-timeout') throw new Error('world: PayPal has no locks')
  return fault
}

import { readFileSync } from 'node:fs'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { StateKind } from '../../src/db/schema.ts'
import type { States } from '../../src/provider/states.ts'
import { states as paypal } from '../../src/providers/paypal/states.ts'
import { states as shopify } from '../../src/providers/shopify/states.ts'
import { states as square } from '../../src/providers/square/states.ts'
import { states as stripe } from '../../src/providers/stripe/states.ts'

/*
 * Every status that a vendor's specification knows has a state, and no state is of a status that the vendor does not know.
 */

type Statuses = Readonly<Partial<Record<StateKind, readonly string[]>>>

interface OpenApi {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}
interface Schema {
  readonly enum?: readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
}

const specs = new URL('../specs/', import.meta.url)
const openApi = (path: string): OpenApi['components']['schemas'] =>
  JSON.parse(gunzipSync(readFileSync(new URL(path, specs))).toString()).components.schemas

/** The words in backticks of a sentence. */
const quoted = (text = '') => [...text.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)

/** Stripe's SDK: a union of words, or the words of the description of a field that is any text. */
function stripeStatuses(): Statuses {
  const declared = (name: string) => readFileSync(`node_modules/stripe/esm/resources/${name}.d.ts`, 'utf8')
  const union = (name: string) => {
    const [, words = ''] = /^ {4}type Status = (.*);$/m.exec(declared(name)) ?? []
    return [...words.matchAll(/'(\w+)'/g)].map(([, word = '']) => word)
  }
  const described = (name: string) => {
    const [, text = ''] = /\* ([^\n]*\n) +\*\/\n {4}status: string/.exec(declared(name)) ?? []
    return [...new Set(quoted(text))]
  }
  return {
    subscription: union('Subscriptions'),
    invoice: union('Invoices'),
    payment: union('Charges'),
    refund: described('Refunds'),
    payout: described('Payouts'),
    dispute: union('Disputes'),
  }
}

function squareStatuses(): Statuses {
  const schemas = openApi('square/api.json.gz')
  const words = (name: string) => schemas[name]?.enum ?? []
  const sentence = (name: string) => schemas[name]?.properties?.status?.description ?? ''
  return {
    subscription: words('SubscriptionStatus'),
    invoice: words('InvoiceStatus'),
    order: words('OrderState'),
    payment: [...sentence('Payment').matchAll(/\b[A-Z]{2,}\b/g)].map(([word]) => word),
    refund: [...quoted(sentence('PaymentRefund')), ...words('RefundStatus')],
    payout: words('PayoutStatus'),
    dispute: words('DisputeState'),
  }
}

function paypalStatuses(): Statuses {
  const schemas = (name: string) => openApi(`paypal/${name}.json.gz`)
  const transaction = schemas('reporting_transactions_v1').transaction_info?.properties?.transaction_status?.description
  const letters = [...(transaction ?? '').matchAll(/<td><code>(\w)<\/code><\/td>/g)].map(([, letter = '']) => letter)
  return {
    subscription: schemas('billing_subscriptions_v1').subscription_status?.properties?.status?.enum ?? [],
    invoice: schemas('invoicing_v2').invoice_status?.enum ?? [],
    payment: letters,
    refund: letters,
    payout: letters,
    dispute: schemas('customer_disputes_v1').status?.enum ?? [],
  }
}

function shopifyStatuses(): Statuses {
  const text = brotliDecompressSync(readFileSync(new URL('shopify/admin_2026-10.json.br', specs))).toString()
  const answer = JSON.parse(text)
  const types: readonly { name: string; enumValues: readonly { name: string }[] | null }[] = (answer.data ?? answer)
    .__schema.types
  const words = (name: string) => types.find((type) => type.name === name)?.enumValues?.map((value) => value.name) ?? []
  return {
    subscription: words('SubscriptionContractSubscriptionStatus'),
    order: words('OrderDisplayFinancialStatus'),
    payment: words('OrderTransactionStatus'),
    refund: words('OrderTransactionStatus'),
    payout: words('ShopifyPaymentsPayoutStatus'),
    dispute: words('DisputeStatus'),
  }
}

/** Statuses that the specification here does not have, with the source. */
const elsewhere: Readonly<Record<string, string>> = {
  'square subscription COMPLETED': 'https://docs.rs/crate/squareup/2.15.1, src/models/enums/subscription_status.rs',
  'stripe dispute charge_refunded': 'the union of earlier versions of the package stripe, and docs/queries.md',
}

const providers: Readonly<Record<string, readonly [States, () => Statuses]>> = {
  stripe: [stripe, stripeStatuses],
  square: [square, squareStatuses],
  paypal: [paypal, paypalStatuses],
  shopify: [shopify, shopifyStatuses],
}

describe.each(Object.entries(providers))('%s', (provider, [states, read]) => {
  test('gives a state to every status of its specification, and to no other', () => {
    const specified = read()
    expect(Object.keys(states).toSorted()).toEqual(Object.keys(specified).toSorted())
    for (const [kind, words = []] of Object.entries(specified)) {
      expect(words.length, kind).toBeGreaterThan(2)
      const known = Object.keys(states[kind as StateKind] ?? {})
      expect(known.filter((status) => !elsewhere[`${provider} ${kind} ${status}`]).toSorted(), kind).toEqual(
        [...new Set(words)].toSorted(),
      )
    }
  })
})

import type pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { createProviders } from '../../src/providers/index.ts'
import { providerSettings } from '../../src/worker.ts'
import { openPayPal } from '../integration/paypal-setup.ts'
import { openShop, account as shopNumber, tenantId as tenantOfShop } from '../integration/shopify-setup.ts'
import { openSquare, tenantId as tenantOfSeller } from '../integration/square-setup.ts'

/*
 * A customer of each provider is erased after a full job. The text of every row of every table of the database is searched:
 * all columns, payloads among them, and all schemas.
 */

const email = 'zoe.quellenreuther@example.org'
const phone = '+12125550177'
const street = '77 Quellenreuther Way'
const city = 'Nieder-Quittenstadt'
const names = { given: 'Xanthippe', family: 'Quellenreuther' }
/** Without the id, which differs. */
const words = ['quellenreuther', 'xanthippe', 'quittenstadt', '2125550177']

interface Opened {
  readonly stack: {
    readonly url: string
    readonly environment: Readonly<Record<string, string>>
    query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
  }
  readonly tenantId: string
  readonly account: string
  /** What names the person in rows. */
  readonly ids: readonly string[]
  /** Tables with rows about the person. */
  readonly tables: readonly string[]
  run(additionalData?: object): Promise<unknown>
}

const people: Readonly<Record<string, () => Promise<Opened>>> = {
  async square() {
    const { square, stack, run } = await openSquare({ payments: 200 })
    const id = mostFrequent(square.expected('payments').map(({ customer_id: customer }) => customer))
    const address = { address_line_1: street, locality: city }
    const person = { given_name: names.given, family_name: names.family, email_address: email, phone_number: phone }
    square.update('customers', id, { ...person, address })
    for (const payment of square.expected('payments').filter(({ customer_id: customer }) => customer === id))
      square.update('payments', String(payment.id), {
        buyer_email_address: email,
        shipping_address: { ...address, first_name: names.given, last_name: names.family },
        billing_address: address,
      })
    const recipient = {
      customer_id: id,
      display_name: names.family,
      email_address: email,
      phone_number: phone,
      address,
    }
    for (const order of square.expected('orders').filter(({ customer_id: customer }) => customer === id))
      square.update('orders', String(order.id), {
        fulfillments: [{ uid: 'one', type: 'SHIPMENT', shipment_details: { recipient } }],
      })
    const [payment] = square.expected('payments').filter(({ customer_id: customer }) => customer === id)
    for (const dispute of square.expected('disputes').slice(0, 2))
      square.update('disputes', String(dispute.id), {
        disputed_payment: { payment_id: payment?.id },
        reason: `Bought by ${names.given}`,
      })
    for (const invoice of square.expected('invoices').slice(0, 2))
      square.update('invoices', String(invoice.id), { primary_recipient: recipient })
    return {
      stack,
      tenantId: tenantOfSeller,
      account: `${square.merchant}:test`,
      ids: [id],
      tables: ['customers', 'disputes', 'invoices', 'orders', 'payments'],
      run,
    }
  },
  async paypal() {
    const { paypal, stack, tenantId, run } = await openPayPal({ transactions: 300 })
    const payers = [...paypal.stored('transactions')].map(({ key, object }) => ({
      key,
      payer: (object.payer_info ?? {}) as Readonly<Record<string, unknown>>,
    }))
    const id = mostFrequent(payers.map(({ payer }) => payer.account_id))
    const address = { line1: street, city, country_code: 'DE' }
    const shown = {
      payer_name: { given_name: names.given, surname: names.family },
      email_address: email,
      phone_number: { national_number: phone },
    }
    for (const { key } of payers.filter(({ payer }) => payer.account_id === id))
      paypal.update('transactions', key, {
        payer_info: { ...shown, address },
        shipping_info: { name: names.family, address },
      })
    const [line] = payers.filter(({ payer }) => payer.account_id === id)
    const transaction = [...paypal.stored('transactions')].find(({ key }) => key === line?.key)?.object
    const info = (transaction?.transaction_info ?? {}) as Readonly<Record<string, unknown>>
    for (const { key } of [...paypal.stored('disputes')].slice(0, 2))
      paypal.update('disputes', key, {
        disputed_transactions: [{ seller_transaction_id: info.transaction_id, buyer: { name: names.family } }],
        messages: [{ posted_by: 'BUYER', content: `I am ${names.given} of ${city}.` }],
      })
    const name = { given_name: names.given, surname: names.family }
    for (const { key } of [...paypal.stored('subscriptions')].slice(0, 2))
      paypal.update('subscriptions', key, { subscriber: { payer_id: id, email_address: email, name } })
    for (const { key } of [...paypal.stored('invoices')].slice(0, 2))
      paypal.update('invoices', key, {
        primary_recipients: [{ billing_info: { name, email_address: email, address } }],
      })
    paypal.advance(6 * 3_600)
    const tables = [
      'balance_transactions',
      'customers',
      'disputes',
      'invoices',
      'mrr_history',
      'payments',
      'refunds',
      'subscriptions',
    ]
    // An invoice has an address only: neither id leads to the other.
    return { stack, tenantId, account: `${paypal.merchant}:test`, ids: [id, `email:${email}`], tables, run }
  },
  async shopify() {
    const { shop, stack, run } = await openShop({ orders: 100 })
    const customerOf = (object: Readonly<Record<string, unknown>>) => (object.customer as { id?: string } | null)?.id
    const id = mostFrequent(shop.expected('orders').map(customerOf))
    const address = {
      __typename: 'MailingAddress',
      id: 'gid://shopify/MailingAddress/77',
      address1: street,
      city,
      phone,
    }
    shop.update('customers', id, {
      ...{ firstName: names.given, lastName: names.family, displayName: names.family, email, phone },
      defaultPhoneNumber: { __typename: 'CustomerPhoneNumber', phoneNumber: phone },
    })
    for (const order of shop.expected('orders').filter((object) => customerOf(object) === id))
      shop.update('orders', order.id, { email, phone, shippingAddress: address, billingAddress: address })
    const [contract] = shop.expected('subscriptionContracts')
    const [order] = shop.expected('orders').filter((object) => customerOf(object) === id)
    for (const dispute of shop.expected('disputes').slice(0, 2))
      shop.update('disputes', dispute.id, {
        order: { __typename: 'Order', id: order?.id },
        reasonDetails: { ...(dispute.reasonDetails as object), networkReasonCode: names.given },
      })
    shop.update('subscriptionContracts', String(contract?.id), { customer: order?.customer })
    const tables = ['customers', 'disputes', 'orders', 'payments', 'refunds', 'subscriptions']
    return { stack, tenantId: tenantOfShop, account: shopNumber, ids: [id], tables, run }
  },
}

test.each(Object.entries(people))(
  'a customer of %s who is erased after a full job is named in no row of any table, and a later full job stores nothing of them',
  async (provider, open) => {
    const { stack, tenantId, account, ids, tables, run } = await open()
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    const before = await mentions(stack, [...words, ...ids])
    expect(Object.keys(before).toSorted()).toEqual(
      expect.arrayContaining([...tables].map((table) => `public.${table}`)),
    )
    const { resources } = await createProviders(
      providerSettings(readConfig({ environment: stack.environment, file: undefined })),
    )(provider)
    const database = await openDatabase(parseConnectionString(`${stack.url}?sslmode=disable`), {
      connections: 1,
      applicationName: 'erase',
    })
    onTestFinished(database.close)
    const deps = { dryRun: false, within: database.tenant(tenantId).within }
    for (const customer of ids)
      await eraseCustomer(deps, { tenantId, provider, account, customer, ownership: ownershipOf(resources) })
    expect(await mentions(stack, [...words, ...ids])).toEqual({})
    expect(await run()).toMatchObject({ status: 'completed', error: null })
    expect(await mentions(stack, [...words, ...ids])).toEqual({})
  },
)

function mostFrequent(ids: readonly unknown[]): string {
  const counts = new Map<string, number>()
  for (const id of ids) if (typeof id === 'string') counts.set(id, (counts.get(id) ?? 0) + 1)
  const [[id = ''] = []] = [...counts].toSorted(([, a], [, b]) => b - a)
  return id
}

/** The rows as text that have one of these words, by table. */
async function mentions({ query }: Opened['stack'], needles: readonly string[]): Promise<Record<string, string[]>> {
  const tables = await query<{ name: string }>(
    `select quote_ident(nspname) || '.' || quote_ident(relname) as name from pg_class join pg_namespace on pg_namespace.oid = relnamespace
      where relkind in ('r', 'p', 'm') and nspname !~ '^pg_|^information_schema$' order by 1`,
  )
  const found: Record<string, string[]> = {}
  for (const { name } of tables) {
    const rows = await query<{ text: string }>(
      `select left(stored::text, 300) as text from ${name} as stored
        where exists (select from unnest($1::text[]) as needle where strpos(lower(stored::text), lower(needle)) > 0)`,
      [needles],
    )
    if (rows.length > 0) found[name] = rows.map(({ text }) => text)
  }
  return found
}

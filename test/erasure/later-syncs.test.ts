import { expect, test } from 'vitest'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { openPostgresProxy, recordStatements } from '../support/postgres-proxy.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { aboutCustomer, mentions, prominentCustomer } from './about-customer.ts'
import { erasedIn, exempt, openErasure } from './erasure-setup.ts'

test('later objects of an erased customer are excluded, from events and from lists', async () => {
  const { sandbox, query, sync, account, deps, verify: compare } = await openErasure({ exempt })
  const person = prominentCustomer(sandbox)
  await sync(undefined)
  const old = [...aboutCustomer(sandbox, person.id).payments!][0]!
  await eraseCustomer(deps, { ...account, customer: person.id })
  sandbox.advance(86_400)
  sandbox.update('customers', person.id, { balance: -1 })
  const payment = sandbox.insert('charges', { customer: person.id, receipt_email: person.email })
  const refund = sandbox.insert('refunds', { charge: payment.id, payment_intent: null })
  const again = sandbox.insert('refunds', { charge: old, payment_intent: null })
  const moved = sandbox.insert('balance_transactions', { source: refund.id })
  const needles = [...person.needles, payment.id, refund.id, again.id, moved.id]
  const { result } = await sync(undefined, 'incremental')
  expect(result.syncType).toBe('incremental')
  expect(await mentions(query, needles)).toEqual({})
  // A refund is read by its event and in its list.
  expect(erasedIn(result)).toMatchObject({ customers: 1, refunds: 4 })
  expect((await compare()).differing).toEqual([])
  sandbox.remove('customers', person.id)
  sandbox.simulate(20, { seed: 3, perDay: 10 })
  await sync(undefined, 'incremental')
  expect(await mentions(query, needles)).toEqual({})
  await sync(undefined)
  expect(await mentions(query, needles)).toEqual({})
  expect((await compare()).differing).toEqual([])
})

test.each([
  { order: 'before what it follows', late: /^\/v1\/(charges|payment_intents|invoices)/ },
  { order: 'after it', late: /^\/v1\/(refunds|disputes|balance_transactions|invoice_payments)/ },
])(
  'rows stored before their customer was known are removed once it is known, listed again $order',
  async ({ late }) => {
    const { sandbox, query, sync, account, deps, verify: compare } = await openErasure({ exempt })
    const person = prominentCustomer(sandbox)
    const followers = ['refunds', 'disputes', 'balance_transactions', 'invoice_payments']
    await sync(followers)
    const { removed } = await eraseCustomer(deps, { ...account, customer: person.id })
    expect([...removed]).toEqual([])
    const about = aboutCustomer(sandbox, person.id)
    const ids = followers.flatMap((table) => [...about[table]!])
    expect(Object.keys(await mentions(query, ids)).sort()).toEqual([...followers].sort())
    sandbox.onRequest(async ({ path }) => {
      if (late.test(path)) await new Promise((go) => setTimeout(go, 700))
    })
    const { result } = await sync(undefined)
    expect(await mentions(query, [...ids, ...person.needles])).toEqual({})
    for (const table of followers) expect([table, erasedIn(result)[table]]).toEqual([table, about[table]!.size])
    expect((await compare()).differing).toEqual([])
  },
)

test('a stored version that did not name the erased customer is removed once the object does', async () => {
  const { sandbox, query, sync, account, deps, verify: compare } = await openErasure()
  const person = prominentCustomer(sandbox)
  const intent = sandbox.insert('payment_intents', { customer: null, description: person.name, latest_charge: null })
  await sync(undefined)
  await eraseCustomer(deps, { ...account, customer: person.id })
  expect(Object.keys(await mentions(query, person.needles))).toEqual(['payment_intents'])
  sandbox.advance(60)
  sandbox.update('payment_intents', intent.id, { customer: person.id }, { silent: true })
  await sync(undefined)
  expect(await mentions(query, [...person.needles, intent.id])).toEqual({})
  expect((await compare()).differing).toEqual([])
})

test('an object that is no longer listed and turns out to be an erased customer’s is removed and counted', async () => {
  const { sandbox, query, sync, account, deps } = await openErasure()
  const person = prominentCustomer(sandbox)
  const about = aboutCustomer(sandbox, person.id)
  const [payment] = about.payments!
  const [review, ...others] = sandbox.expected('reviews')
  const erasedReviews = others.filter(
    (candidate) =>
      about.payments!.has(String(candidate.charge)) || about.payment_intents!.has(String(candidate.payment_intent)),
  )
  sandbox.update('reviews', review!.id, { charge: null, payment_intent: null }, { silent: true })
  await sync(['reviews', 'payments'])
  await eraseCustomer(deps, { ...account, customer: person.id })
  const stored = () => query('select id from provider_objects where id = $1', [review!.id])
  expect(await stored()).toHaveLength(1)
  sandbox.advance(60)
  // A closed review is not listed, but can be asked for.
  sandbox.update('reviews', review!.id, { charge: payment, open: false }, { silent: true })
  const { result } = await sync(['reviews', 'payments'])
  expect(result.resources.reviews).toMatchObject({ erased: 1 + erasedReviews.length, kept: 0 })
  expect(await stored()).toEqual([])
})

test('commits look for tombstones only if the account has some, and search an erased id once', async () => {
  const { url, openWorker, tenantId, account, deps, sandbox } = await openErasure()
  const person = prominentCustomer(sandbox)
  const proxy = await openPostgresProxy(url)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '' })
  const statements = recordStatements(proxy)
  const sync = async () => {
    statements.length = 0
    const request = jobRequest({ tenantId, additionalData: { resources: undefined } })
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    const count = (shape: RegExp) => statements.filter((statement) => shape.test(statement)).length
    return { searched: count(/^\s*select erased\.hash/), placed: count(/^\s*insert into "erased_ids"/) }
  }
  expect(await sync()).toEqual({ searched: 0, placed: 0 })
  await eraseCustomer(deps, { ...account, customer: person.id })
  sandbox.insert('charges', { customer: person.id, payment_method: 'pm_new' })
  expect(await sync()).toMatchObject({ placed: 1 })
  const again = await sync()
  expect(again).toMatchObject({ placed: 0 })
  expect(again.searched).toBeGreaterThan(0)
})

import { expect, test } from 'vitest'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import type { ErasureDeps } from '../../src/erasure/pass.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import type { Exemption } from '../support/faults.ts'
import { openPostgresProxy } from '../support/postgres-proxy.ts'
import { context, jobRequest, sqsEvent } from '../support/setup.ts'
import { aboutCustomer, mentions, prominentCustomer, snapshot } from './about-customer.ts'
import { erasedIn, openHouse as house, unproven } from './erasure-setup.ts'

const exempt: Exemption = {
  calls: ['database'],
  because: 'One commit makes dozens of statements. If one in twenty is cut, hardly a commit succeeds.',
}

test('an erased customer is nowhere, stays nowhere, and nobody else is touched', async () => {
  const { sandbox, query, sync, account, erasing, verify: compare } = await house()
  const person = prominentCustomer(sandbox)
  expect(person.tables).toBeGreaterThan(12)
  await sync(['*'])
  const about = aboutCustomer(sandbox, person.id)
  const before = await snapshot(query)
  expect(Object.keys(await mentions(query, person.needles))).toEqual(
    expect.arrayContaining(['customers', 'invoices', 'payments', 'disputes', 'provider_objects']),
  )

  const dry = await eraseCustomer({ ...erasing, dryRun: true }, { ...account, customer: person.id })
  expect(await snapshot(query)).toEqual(before)
  const { removed } = await eraseCustomer(erasing, { ...account, customer: person.id })
  expect(removed).toEqual(dry.removed)
  for (const [table, ids] of Object.entries(about)) expect([table, removed.get(table) ?? 0]).toEqual([table, ids.size])

  const after = await snapshot(query)
  expect(before.size - after.size).toBe([...removed.values()].reduce((sum, one) => sum + one, 0))
  const untouched = async () => {
    expect(await mentions(query, person.needles)).toEqual({})
    for (const [key, row] of await snapshot(query)) expect(row).toBe(after.get(key))
    expect((await snapshot(query)).size).toBe(after.size)
  }
  await untouched()
  expect(await compare()).toMatchObject({ differing: [] })

  const { result } = await sync(['*'])
  await untouched()
  const erased = erasedIn(result)
  for (const [table, ids] of Object.entries(about)) expect([table, erased[table] ?? 0]).toEqual([table, ids.size])
  expect(result.resources.customers).toMatchObject({ fetched: 30, unchanged: 30, erased: 1 })
  expect((await compare()).erased).toBeGreaterThan(10)
  expect((await compare()).differing).toEqual([])
})

test('what an erased customer does afterwards is left out too, by events and by lists', async () => {
  const { sandbox, query, sync, account, erasing, verify: compare } = await house({ exempt })
  const person = prominentCustomer(sandbox)
  await sync(undefined)
  const old = [...aboutCustomer(sandbox, person.id).payments!][0]!
  await eraseCustomer(erasing, { ...account, customer: person.id })
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
  expect(erasedIn(result)).toMatchObject({ customers: 1, refunds: 2 })
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
  'what was stored before anybody could know whose it is goes once that is known, listed again $order',
  async ({ late }) => {
    const { sandbox, query, sync, account, erasing, verify: compare } = await house({ exempt })
    const person = prominentCustomer(sandbox)
    const followers = ['refunds', 'disputes', 'balance_transactions', 'invoice_payments']
    await sync(followers)
    const { removed } = await eraseCustomer(erasing, { ...account, customer: person.id })
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

test('an erasure killed after any of its transactions is finished by the next', async () => {
  const { sandbox, query, sync, account, erasing } = await house({ sandbox: { customers: 25 } })
  const person = prominentCustomer(sandbox)
  await sync(['*'])
  let runs = 0
  for (let ended = false; !ended; runs++) {
    let left = runs
    const mortal: ErasureDeps = {
      ...erasing,
      portion: 50,
      within: (work) => {
        if (left-- === 0) throw new Error('killed')
        return erasing.within(work)
      },
    }
    ended = await eraseCustomer(mortal, { ...account, customer: person.id }).then(
      () => true,
      (error: Error) => {
        if (error.message !== 'killed') throw error
        return false
      },
    )
  }
  expect(runs).toBeGreaterThan(30)
  expect(await mentions(query, person.needles)).toEqual({})
  expect([...(await eraseCustomer(erasing, { ...account, customer: person.id })).removed]).toEqual([])
  await sync(['*'])
  expect(await mentions(query, person.needles)).toEqual({})
})

test('a job that runs meanwhile is taken from its worker, goes on and proves what is left', async () => {
  const { sandbox, query, handle, job, request, account, erasing, verify: compare } = await house({ exempt })
  const person = prominentCustomer(sandbox)
  const asked = request(undefined)
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  // Customers and most else are committed; the job waits for the last.
  sandbox.onRequest(({ path }) => (path === '/v1/tax_rates' ? held : undefined))
  const first = handle([JSON.stringify(asked)])
  await expect
    .poll(() => query('select count(*)::int as count from customers'), { timeout: 20_000 })
    .toEqual([{ count: 30 }])
  await expect
    .poll(async () => (await query<{ n: number }>('select count(*)::int as n from payments'))[0]!.n > 10, {
      timeout: 20_000,
    })
    .toBe(true)
  const { fenced, removed } = await eraseCustomer(erasing, { ...account, customer: person.id })
  expect(fenced).toEqual([asked.jobId])
  expect(removed.get('customers')).toBe(1)
  expect(await mentions(query, person.needles)).toEqual({})
  expect(await job(asked.jobId)).toMatchObject({ status: 'paused' })
  goOn()
  await first
  expect(await mentions(query, person.needles)).toEqual({})
  await handle([JSON.stringify(asked)])
  const row = await job(asked.jobId)
  expect(row).toMatchObject({ status: 'completed' })
  expect(unproven(row!.result as SyncJobResult)).toEqual([])
  expect(await mentions(query, person.needles)).toEqual({})
  expect((await compare()).differing).toEqual([])
})

test('what was put aside about the customer goes, with what follows it, and does not come back', async () => {
  const { sandbox, query, sync, account, erasing, verify: compare } = await house({ exempt })
  const person = prominentCustomer(sandbox)
  const about = aboutCustomer(sandbox, person.id)
  const refused = [...about.payments!]
  const [other] = sandbox.truth('charges').filter(({ id }) => !about.payments!.has(id))
  for (const id of [...refused, other!.id])
    sandbox.update('charges', id, { description: 'refused', payment_intent: null }, { silent: true })
  for (const id of about.refunds!) sandbox.update('refunds', id, { payment_intent: null }, { silent: true })
  // Nothing but what was put aside leads from the customer to what moved the account's balance.
  for (const id of about.payment_intents!)
    sandbox.update('payment_intents', id, { latest_charge: null }, { silent: true })
  expect(about.balance_transactions!.size).toBeGreaterThan(0)
  await query(`alter table payments add constraint mine check (description is distinct from 'refused')`)
  await sync(undefined)
  const aside = () => query('select item_key from sync_rejects order by item_key collate "C"')
  expect(await aside()).toEqual([...refused, other!.id].toSorted().map((item_key) => ({ item_key })))
  const { removed } = await eraseCustomer(erasing, { ...account, customer: person.id })
  expect(removed.get('sync_rejects')).toBe(refused.length)
  const needles = [...person.needles, ...refused, ...about.refunds!, ...about.balance_transactions!]
  expect(await mentions(query, needles)).toEqual({})
  expect(await aside()).toEqual([{ item_key: other!.id }])
  await sync(undefined)
  expect(await mentions(query, needles)).toEqual({})
  expect(await aside()).toEqual([{ item_key: other!.id }])
  await query('alter table payments drop constraint mine')
  await sync(undefined)
  expect(await mentions(query, needles)).toEqual({})
  expect(await aside()).toEqual([])
  expect((await compare()).differing).toEqual([])
})

test('an item that cannot be stored is not put aside either where it is about an erased customer', async () => {
  const { sandbox, query, sync, account, erasing } = await house({ exempt })
  const person = prominentCustomer(sandbox)
  await eraseCustomer(erasing, { ...account, customer: person.id })
  sandbox.onRequest(({ path }) => {
    if (path === '/v1/invoices') sandbox.update('customers', person.id, { description: 'seen' }, { silent: true })
  })
  const [invoice] = aboutCustomer(sandbox, person.id).invoices!
  sandbox.update('invoices', invoice!, {
    lines: [{ object: 'line_item', description: person.name, customer: person.id }],
  })
  const { row } = await sync(undefined)
  expect(row).toMatchObject({ rejected: '1' })
  expect(await mentions(query, person.needles)).toEqual({})
})

test('a row that turns out to be an erased customer’s goes in the version that did not say so', async () => {
  const { sandbox, query, sync, account, erasing, verify: compare } = await house()
  const person = prominentCustomer(sandbox)
  const intent = sandbox.insert('payment_intents', { customer: null, description: person.name, latest_charge: null })
  await sync(undefined)
  await eraseCustomer(erasing, { ...account, customer: person.id })
  expect(Object.keys(await mentions(query, person.needles))).toEqual(['payment_intents'])
  sandbox.advance(60)
  sandbox.update('payment_intents', intent.id, { customer: person.id }, { silent: true })
  await sync(undefined)
  expect(await mentions(query, [...person.needles, intent.id])).toEqual({})
  expect((await compare()).differing).toEqual([])
})

test('an object that is in no list any more and turns out to be an erased customer’s goes, and the proof knows', async () => {
  const { sandbox, query, sync, account, erasing } = await house()
  const person = prominentCustomer(sandbox)
  const about = aboutCustomer(sandbox, person.id)
  const [payment] = about.payments!
  const [review, ...others] = sandbox.truth('reviews')
  const own = others.filter(
    (one) => about.payments!.has(String(one.charge)) || about.payment_intents!.has(String(one.payment_intent)),
  )
  sandbox.update('reviews', review!.id, { charge: null, payment_intent: null }, { silent: true })
  await sync(['reviews', 'payments'])
  await eraseCustomer(erasing, { ...account, customer: person.id })
  const stored = () => query('select id from provider_objects where id = $1', [review!.id])
  expect(await stored()).toHaveLength(1)
  sandbox.advance(60)
  // A closed review is not listed, but can be asked for.
  sandbox.update('reviews', review!.id, { charge: payment, open: false }, { silent: true })
  const { result } = await sync(['reviews', 'payments'])
  expect(result.resources.reviews).toMatchObject({ erased: 1 + own.length, kept: 0 })
  expect(await stored()).toEqual([])
})

test('a job that was claimed just before an erasure writes nothing until it knows of it', async () => {
  const { sandbox, query, handle, job, request, account, erasing } = await house()
  const person = prominentCustomer(sandbox)
  const asked = request(['customers'])
  let goOn = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  sandbox.onRequest(({ path }) => (path === '/v1/customers' ? held : undefined))
  const first = handle([JSON.stringify(asked)])
  await expect.poll(async () => (await job(asked.jobId))?.status).toBe('running')
  const running = await job(asked.jobId)
  await eraseCustomer(erasing, { ...account, customer: person.id })
  // As if its claim had been under way while the erasure took jobs away.
  await query(
    `update sync_jobs set status = 'running', fence = $2, lease_owner = $3, lease_until = now() + interval '1 minute' where id = $1`,
    [asked.jobId, running!.fence, running!.lease_owner],
  )
  goOn()
  await first
  expect(await job(asked.jobId)).toMatchObject({ status: 'running', commits: '0' })
  expect(await query('select 1 from customers')).toEqual([])
  await query(`update sync_jobs set lease_until = now() - interval '1 second'`)
  await handle([JSON.stringify(asked)])
  expect(await job(asked.jobId)).toMatchObject({ status: 'completed', fetched: '30' })
  expect(await mentions(query, person.needles)).toEqual({})
})

test('another tenant’s customer of the same id stays', async () => {
  const { sandbox, query, handle, sync, account, erasing } = await house({ sandbox: { customers: 20 } })
  const person = prominentCustomer(sandbox)
  await sync(['customers'])
  const other = jobRequest()
  await handle([JSON.stringify(other)])
  await eraseCustomer(erasing, { ...account, customer: person.id })
  const rows = await query('select tenant_id from customers where id = $1', [person.id])
  expect(rows).toEqual([{ tenant_id: other.tenantId }])
  await handle([JSON.stringify(jobRequest({ tenantId: other.tenantId }))])
  expect(await query('select tenant_id from customers where id = $1', [person.id])).toEqual(rows)
  // Nor does a tombstone tell that two tenants had the same customer.
  await eraseCustomer(erasing, { ...account, tenantId: other.tenantId, customer: person.id })
  expect(await query('select 1 from erased_ids group by hash having count(*) > 1')).toEqual([])
})

test('an account of which nothing was erased is not asked about it, and what is known to be erased is not searched again', async () => {
  const { url, openWorker, tenantId, account, erasing, sandbox } = await house()
  const person = prominentCustomer(sandbox)
  const proxy = await openPostgresProxy(url)
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '' })
  const statements: string[] = []
  proxy.decide((_, __, statement) => {
    statements.push(statement)
    return 'pass'
  })
  const sync = async () => {
    statements.length = 0
    const request = jobRequest({ tenantId, additionalData: { resources: undefined } })
    await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
    const count = (shape: RegExp) => statements.filter((one) => shape.test(one)).length
    return { asked: count(/^\s*select erased\.hash/), placed: count(/^\s*insert into "erased_ids"/) }
  }
  expect(await sync()).toEqual({ asked: 0, placed: 0 })
  await eraseCustomer(erasing, { ...account, customer: person.id })
  sandbox.insert('charges', { customer: person.id, payment_method: 'pm_new' })
  expect(await sync()).toMatchObject({ placed: 1 })
  const again = await sync()
  expect(again).toMatchObject({ placed: 0 })
  expect(again.asked).toBeGreaterThan(0)
})

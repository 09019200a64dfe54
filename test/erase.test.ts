import { expect, test } from 'vitest'
import { readConfig } from '../src/config.ts'
import { openDatabase } from '../src/db/open.ts'
import { type Erasing, eraseCustomer } from '../src/job/erase.ts'
import type { SyncJobResult } from '../src/job/progress.ts'
import { verify } from '../src/job/verify.ts'
import { createProviders } from '../src/providers/index.ts'
import { systemClock } from '../src/sync/clock.ts'
import { providerSettings } from '../src/worker.ts'
import { aboutCustomer, mentions, prominentCustomer, snapshot } from './support/erasure.ts'
import { jobRequest, type SetupOptions, setup } from './support/setup.ts'

const start = Date.UTC(2026, 9, 1) / 1_000

/** A tenant with a synced account, and what it takes to erase from it. */
async function house(options: SetupOptions = {}) {
  const parts = await setup({ ...options, sandbox: { customers: 60, now: start, ...options.sandbox } })
  const config = readConfig({ environment: parts.environment, file: undefined })
  const database = await openDatabase(config.database, { connections: 2, applicationName: 'erase' })
  const { tenantId } = jobRequest()
  const account = { tenantId, provider: 'stripe' }
  const erasing: Erasing = { dryRun: false, within: (work) => database.db.transaction(work) }
  return {
    ...parts,
    tenantId,
    account,
    erasing,
    close: database.close,
    request: (resources: readonly string[] | undefined, syncType = 'full') =>
      jobRequest({ tenantId, additionalData: { resources, sync_type: syncType } }),
    /** Runs one job to its end; its proofs must not find a difference. */
    async sync(resources: readonly string[] | undefined, syncType = 'full') {
      const request = jobRequest({ tenantId, additionalData: { resources, sync_type: syncType } })
      expect(await parts.handle([JSON.stringify(request)])).toEqual({ batchItemFailures: [] })
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      const result = row?.result as SyncJobResult
      expect(unproven(result)).toEqual([])
      return { row, result }
    },
    /** What npm run verify finds to differ, and how much it finds erased. */
    async verify() {
      const provider = createProviders(providerSettings(config))('stripe')
      const connected = provider.connect({ accessToken: undefined })
      const resources = provider.resources.filter(({ optional }) => !optional).map(({ name }) => name)
      const [last] = await parts.query<{ second: number }>(
        `select extract(epoch from max(cursor))::float8 as second from sync_cursors`,
      )
      const differing: object[] = []
      let erased = 0
      const fresh = { db: database.db, clock: systemClock, account: connected, ...account, resources }
      for await (const one of verify({ ...fresh, before: last!.second })) {
        erased += one.erased
        if (one.missing + one.unlisted > 0) differing.push(one)
      }
      connected.close()
      return { differing, erased }
    },
  }
}

const unproven = ({ resources }: SyncJobResult) =>
  Object.entries(resources).filter(([, { proof }]) => proof && (!proof.equal || proof.differs.length > 0))
const erasedIn = ({ resources }: SyncJobResult) =>
  Object.fromEntries(Object.entries(resources).flatMap(([name, { erased }]) => (erased ? [[name, erased]] : [])))

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

  const dry = await eraseCustomer({ ...erasing, dryRun: true }, account, person.id)
  expect(await snapshot(query)).toEqual(before)
  const { removed } = await eraseCustomer(erasing, account, person.id)
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
  expect(result.resources.customers).toMatchObject({ fetched: 60, unchanged: 60, erased: 1 })
  expect((await compare()).erased).toBeGreaterThan(10)
  expect((await compare()).differing).toEqual([])
})

test('what an erased customer does afterwards is left out too, by events and by lists', async () => {
  const { sandbox, query, sync, account, erasing, verify: compare } = await house()
  const person = prominentCustomer(sandbox)
  await sync(undefined)
  const old = [...aboutCustomer(sandbox, person.id).payments!][0]!
  await eraseCustomer(erasing, account, person.id)
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

test('what was stored before anybody could know whose it is goes once that is known', async () => {
  const { sandbox, query, sync, account, erasing, verify: compare } = await house()
  const person = prominentCustomer(sandbox)
  const followers = ['refunds', 'disputes', 'balance_transactions', 'invoice_payments']
  await sync(followers)
  const { removed } = await eraseCustomer(erasing, account, person.id)
  expect([...removed]).toEqual([])
  const about = aboutCustomer(sandbox, person.id)
  const ids = followers.flatMap((table) => [...about[table]!])
  expect(Object.keys(await mentions(query, ids)).sort()).toEqual([...followers].sort())
  // Everything that follows is listed again, and stored, before what it follows comes.
  sandbox.onRequest(async ({ path }) => {
    if (/^\/v1\/(charges|payment_intents|invoices)/.test(path)) await new Promise((go) => setTimeout(go, 700))
  })
  const { result } = await sync(undefined)
  expect(await mentions(query, [...ids, ...person.needles])).toEqual({})
  for (const table of followers) expect([table, erasedIn(result)[table]]).toEqual([table, about[table]!.size])
  expect((await compare()).differing).toEqual([])
})

test('an erasure killed after any of its transactions is finished by the next', async () => {
  const { sandbox, query, sync, account, erasing } = await house({ sandbox: { customers: 25 } })
  const person = prominentCustomer(sandbox)
  await sync(['*'])
  let runs = 0
  for (let ended = false; !ended; runs++) {
    let left = runs
    const mortal: Erasing = {
      ...erasing,
      portion: 50,
      within: (work) => {
        if (left-- === 0) throw new Error('killed')
        return erasing.within(work)
      },
    }
    ended = await eraseCustomer(mortal, account, person.id).then(
      () => true,
      (error: Error) => {
        if (error.message !== 'killed') throw error
        return false
      },
    )
  }
  expect(runs).toBeGreaterThan(30)
  expect(await mentions(query, person.needles)).toEqual({})
  expect([...(await eraseCustomer(erasing, account, person.id)).removed]).toEqual([])
  await sync(['*'])
  expect(await mentions(query, person.needles)).toEqual({})
})

test('a job that runs meanwhile is taken from its worker, goes on and proves what is left', async () => {
  const { sandbox, query, handle, job, request, account, erasing, verify: compare } = await house()
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
    .toEqual([{ count: 60 }])
  await expect
    .poll(async () => (await query<{ n: number }>('select count(*)::int as n from payments'))[0]!.n > 10)
    .toBe(true)
  const { fenced, removed } = await eraseCustomer(erasing, account, person.id)
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

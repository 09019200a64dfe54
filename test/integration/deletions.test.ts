import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { countsRequests, hasLittleTime } from '../support/faults.ts'
import { context, jobRequest, type SetupOptions, setup, sqsEvent } from '../support/setup.ts'

/*
 * Absence from a list is believed only where the provider, asked by id, no longer has the object.
 */

afterEach(() => {
  vi.restoreAllMocks()
})

async function open(customers: number, options: Pick<SetupOptions, 'exempt'> = {}) {
  const parts = await setup({ sandbox: { customers }, ...options })
  const tenantId = randomUUID()
  const { query, sandbox } = parts
  return {
    ...parts,
    tenantId,
    async sync(additionalData: object = {}) {
      const request = jobRequest({ tenantId, additionalData })
      const before = sandbox.requests.length
      await parts.deliver(request)
      const row = await parts.job(request.jobId)
      const requests = sandbox.requests.slice(before).filter(({ path }) => /^\/v1\/customers\/./.test(path))
      // A question that fails is asked again.
      return { row, result: row?.result as SyncJobResult, askedById: new Set(requests.map(({ path }) => path)).size }
    },
    live: async () =>
      Number(
        (
          await query('select count(*)::int as n from customers where tenant_id = $1 and deleted_at is null', [
            tenantId,
          ])
        )[0]?.n,
      ),
    ids: () => sandbox.expected('customers', true).map(({ id }) => id),
    /** The list shows none of these, though each can be asked for by id, as with the objects of a test clock. */
    hide(hidden: ReadonlySet<string>) {
      return sandbox.fail({
        kind: 'items',
        path: /^\/v1\/customers\?/,
        items: (objects) => objects.filter(({ id }) => !hidden.has(String(id))),
      })
    },
  }
}

describe('rows that a list leaves out and the provider still has', () => {
  test('stay live, are counted unchecked beyond the first asked, and the proof is not equal', async () => {
    const { sync, live, hide, ids } = await open(800)
    await sync()
    hide(new Set(ids().filter((_, at) => at % 2 === 0)))
    const { row, result, askedById } = await sync()
    expect(row).toMatchObject({ status: 'completed', deleted: '0' })
    expect(await live()).toBe(800)
    const { kept, unchecked, proof } = result.resources.customers ?? {}
    expect(askedById).toBeLessThanOrEqual(16)
    expect(kept).toBe(askedById)
    expect((kept ?? 0) + (unchecked ?? 0)).toBe(400)
    expect(proof).toMatchObject({ listed: 400, live: 800, equal: false })
  })

  test('are all asked for where they are few', async () => {
    const { sync, live, hide, ids } = await open(90)
    await sync()
    hide(new Set(ids().slice(20, 30)))
    const { result } = await sync()
    expect(result.resources.customers).toMatchObject({ kept: 10, deleted: 0, proof: { equal: true } })
    expect(result.resources.customers).not.toHaveProperty('unchecked')
    expect(await live()).toBe(90)
  })
})

test('a list that answers empty deletes nothing', async () => {
  const { sync, live, sandbox } = await open(90)
  await sync()
  sandbox.fail({ kind: 'items', path: /^\/v1\/customers\?/, items: () => [] })
  const { row, result, askedById } = await sync()
  expect(row).toMatchObject({ status: 'completed', deleted: '0' })
  expect(askedById).toBeLessThanOrEqual(16)
  expect(result.resources.customers).toMatchObject({ unchecked: 90 - askedById, proof: { equal: false } })
  expect(await live()).toBe(90)
})

test('what is gone is deleted as far as it was asked for, and the rest by the next jobs', async () => {
  const { sync, live, sandbox, ids } = await open(700, { exempt: countsRequests })
  await sync()
  for (const id of ids().slice(0, 600)) sandbox.remove('customers', id, { silent: true })
  const first = await sync()
  const lookups = first.askedById
  expect(lookups).toBe(500 + Math.floor((first.result.requests - lookups) / 2))
  expect(first.row).toMatchObject({ deleted: String(lookups) })
  expect(first.result.resources.customers).toMatchObject({
    deleted: lookups,
    unchecked: 600 - lookups,
    proof: { listed: 100, live: 700 - lookups, equal: false },
  })
  expect(await live()).toBe(700 - lookups)
  const second = await sync()
  expect(second.result.resources.customers).toMatchObject({ deleted: 600 - lookups, proof: { equal: true } })
  expect(await live()).toBe(100)
})

test('a delivery that runs out of time while it asks is gone on with by the next, which asks for no row twice', async () => {
  const { sync, live, sandbox, ids, tenantId, handle, job } = await open(300, { exempt: hasLittleTime })
  await sync()
  for (const id of ids().slice(0, 200)) sandbox.remove('customers', id, { silent: true })
  const request = jobRequest({ tenantId })
  const silent = sandbox.fail({ kind: 'hang', path: /^\/v1\/customers\/cus_/, after: 100 })
  await handle([JSON.stringify(request)], 6_000)
  silent()
  const paused = await job(request.jobId)
  expect(paused).toMatchObject({ status: 'paused' })
  const deleted = Number(paused?.deleted)
  expect(deleted).toBeGreaterThanOrEqual(16)
  expect(deleted).toBeLessThan(200)
  expect(paused).toMatchObject({ checkpoint: { asked: deleted } })
  const before = sandbox.requests.length
  await handle([JSON.stringify(request)])
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', deleted: '200' })
  const askedById = sandbox.requests.slice(before).filter(({ path }) => /^\/v1\/customers\/./.test(path)).length
  expect(askedById).toBe(200 - deleted)
  expect(await live()).toBe(100)
})

test('a list that is not believed is not believed by the next worker, which asks for none of its rows', async () => {
  const { sync, live, hide, sandbox, ids, tenantId, handle, job, query, openWorker } = await open(120)
  await sync()
  // By their ids the hidden rows come first.
  const sorted = ids().toSorted()
  hide(new Set(sorted.slice(0, 40)))
  for (const id of sorted.slice(-5)) sandbox.remove('customers', id, { silent: true })
  // The first answers are committed, and the commit that ends the list is not.
  await query(`create function refuse() returns trigger language plpgsql as $$ begin
    raise exception 'full' using errcode = '53100'; end $$`)
  await query(`create trigger refusing before update on sync_jobs for each row
    when (new.status = 'completed') execute function refuse()`)
  vi.spyOn(systemClock, 'random').mockReturnValue(0)
  const request = jobRequest({ tenantId })
  await handle([JSON.stringify(request)])
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'retrying', error: { code: 'database_unavailable' }, deleted: '0' })
  expect(row).toMatchObject({ progress: { customers: { kept: 16 } } })
  await query('drop trigger refusing on sync_jobs')
  const before = sandbox.requests.length
  const next = await openWorker()
  await next.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
  const ended = await job(request.jobId)
  expect(ended).toMatchObject({ status: 'completed', deliveries: 2, deleted: '0' })
  const { customers } = (ended!.result as SyncJobResult).resources
  expect(customers).toMatchObject({ kept: 16, unchecked: 29, deleted: 0, proof: { equal: false } })
  expect(sandbox.requests.slice(before).filter(({ path }) => /^\/v1\/customers\/./.test(path))).toEqual([])
  expect(await live()).toBe(120)
})

test('a large account has more questions: one more for every two other requests', async () => {
  const { sync, sandbox, ids } = await open(900, { exempt: countsRequests })
  await sync()
  for (const id of ids().slice(0, 700)) sandbox.remove('customers', id, { silent: true })
  const { askedById, result } = await sync({ batch_size: 1 })
  expect(askedById).toBe(500 + Math.floor((result.requests - askedById) / 2))
  expect(askedById).toBeGreaterThan(590)
  expect(result.resources.customers?.unchecked).toBe(700 - askedById)
})

test('rows that the provider hides do not keep the worker from rows that are gone', async () => {
  const { sync, live, hide, sandbox, ids } = await open(120)
  await sync()
  // By their ids the hidden rows come first.
  const sorted = ids().toSorted()
  hide(new Set(sorted.slice(0, 40)))
  for (const id of sorted.slice(-5)) sandbox.remove('customers', id, { silent: true })
  const deleted: number[] = []
  for (let jobs = 0; jobs < 4; jobs++) deleted.push(Number((await sync()).row?.deleted))
  expect(deleted.reduce((sum, rows) => sum + rows)).toBe(5)
  expect(await live()).toBe(115)
  // The last job has asked for some of the hidden rows again, and for no others.
  const { result } = await sync()
  expect(result.resources.customers).toMatchObject({ kept: 16, unchecked: 24, deleted: 0 })
})

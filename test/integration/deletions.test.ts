import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * Absence from a list is believed only where the provider, asked by id, no longer has the object.
 */

async function open(customers: number, settings: Readonly<Record<string, string>> = {}) {
  const parts = await setup({ sandbox: { customers }, settings })
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
      const askedById = sandbox.requests.slice(before).filter(({ path }) => /^\/v1\/customers\/./.test(path)).length
      return { row, result: row?.result as SyncJobResult, askedById }
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
  const { sync, live, sandbox, ids } = await open(700)
  await sync()
  for (const id of ids().slice(0, 600)) sandbox.remove('customers', id, { silent: true })
  const first = await sync()
  expect(first.askedById).toBe(500)
  expect(first.row).toMatchObject({ deleted: '500' })
  expect(first.result.resources.customers).toMatchObject({
    deleted: 500,
    unchecked: 100,
    proof: { listed: 100, live: 200, equal: false },
  })
  expect(await live()).toBe(200)
  const second = await sync()
  expect(second.result.resources.customers).toMatchObject({ deleted: 100, proof: { equal: true } })
  expect(await live()).toBe(100)
})

test('a list that was not believed is not believed by the worker that goes on with the job either', async () => {
  const { sync, live, hide, ids, sandbox, openWorker, job, tenantId, query } = await open(300, {
    Worker__LeaseSeconds: '2',
  })
  await sync()
  const hidden = ids().filter((_, at) => at % 3 === 0)
  hide(new Set(hidden))
  // The first pages are committed; then the worker falls silent and loses its lease.
  const hang = sandbox.fail({ kind: 'hang', path: /^\/v1\/customers\?/, after: 3 })
  const request = jobRequest({ tenantId, additionalData: { batch_size: 20 } })
  const worker = await openWorker()
  const running = worker.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
  await expect
    .poll(async () => Number((await job(request.jobId))?.commits ?? 0), { timeout: 20_000 })
    .toBeGreaterThan(0)
  hang()
  await query(`update sync_jobs set fence = fence + 1, lease_until = now() - interval '1 second' where id = $1`, [
    request.jobId,
  ])
  const kept = (await job(request.jobId))?.progress as Record<string, { kept: number }>
  expect(kept.customers?.kept).toBeGreaterThan(0)
  const before = sandbox.requests.length
  const other = await openWorker()
  await other.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
  await running
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed', deleted: '0' })
  expect(sandbox.requests.slice(before).filter(({ path }) => /^\/v1\/customers\/./.test(path))).toEqual([])
  expect(row?.result).toMatchObject({ resources: { customers: { proof: { equal: false } } } })
  expect(await live()).toBe(300)
})

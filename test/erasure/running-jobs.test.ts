import { expect, test } from 'vitest'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { createGate } from '../support/gate.ts'
import { mentions, prominentCustomer } from './about-customer.ts'
import { exempt, mismatches, openErasure } from './erasure-setup.ts'

test('a running job loses its lease, resumes, and its counts match the rows that are left', async () => {
  const { sandbox, query, handle, job, request, account, deps, verify: compare } = await openErasure({ exempt })
  const person = prominentCustomer(sandbox)
  const message = request(undefined)
  const held = createGate()
  // Customers and most else are committed; the job waits for the last.
  sandbox.onRequest(({ path }) => (path === '/v1/tax_rates' ? held.passed : undefined))
  const first = handle([JSON.stringify(message)])
  await expect
    .poll(() => query('select count(*)::int as count from customers'), { timeout: 120_000 })
    .toEqual([{ count: 30 }])
  await expect
    .poll(async () => (await query<{ n: number }>('select count(*)::int as n from payments'))[0]!.n > 10, {
      timeout: 120_000,
    })
    .toBe(true)
  const { fenced, removed } = await eraseCustomer(deps, { ...account, customer: person.id })
  expect(fenced).toEqual([message.jobId])
  expect(removed.get('customers')).toBe(1)
  expect(await mentions(query, person.needles)).toEqual({})
  expect(await job(message.jobId)).toMatchObject({ status: 'paused' })
  held.open()
  await first
  expect(await mentions(query, person.needles)).toEqual({})
  await handle([JSON.stringify(message)])
  const row = await job(message.jobId)
  expect(row).toMatchObject({ status: 'completed' })
  expect(mismatches(row!.result as SyncJobResult)).toEqual([])
  expect(await mentions(query, person.needles)).toEqual({})
  expect((await compare()).differing).toEqual([])
})

test('a job claimed just before an erasure writes nothing until it is claimed again', async () => {
  const { sandbox, query, handle, job, request, account, deps } = await openErasure()
  const person = prominentCustomer(sandbox)
  const message = request(['customers'])
  const held = createGate()
  sandbox.onRequest(({ path }) => (path === '/v1/customers' ? held.passed : undefined))
  const first = handle([JSON.stringify(message)])
  await expect.poll(async () => (await job(message.jobId))?.status).toBe('running')
  const running = await job(message.jobId)
  await eraseCustomer(deps, { ...account, customer: person.id })
  // As if its claim had been under way while the erasure took jobs away.
  await query(
    `update sync_jobs set status = 'running', fence = $2, lease_owner = $3, lease_until = now() + interval '1 minute' where id = $1`,
    [message.jobId, running!.fence, running!.lease_owner],
  )
  held.open()
  await first
  expect(await job(message.jobId)).toMatchObject({ status: 'running', commits: '0' })
  expect(await query('select 1 from customers')).toEqual([])
  await query(`update sync_jobs set lease_until = now() - interval '1 second'`)
  await handle([JSON.stringify(message)])
  expect(await job(message.jobId)).toMatchObject({ status: 'completed', fetched: '30' })
  expect(await mentions(query, person.needles)).toEqual({})
})

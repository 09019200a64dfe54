import { expect, it } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'

/* A full job leaves in sync_accounts where each list's pages begin, and the next one reads from there all at once. */

const listing = 'GET /v1/customers'

async function openAccount(customers: number) {
  const env = await setup({ sandbox: { customers, limits: 'none', latencyMs: 5 } })
  const { sandbox, deliver, job, query } = env
  const { tenantId } = jobRequest()
  const requests = () => sandbox.stats().perEndpoint[listing]?.requests ?? 0
  return {
    ...env,
    tenantId,
    /** Runs a full job of the customers. Returns its requests for pages. */
    async run() {
      const before = requests()
      const request = jobRequest({ tenantId, additionalData: { resources: ['customers'] } })
      await deliver(request)
      expect(await job(request.jobId)).toMatchObject({ status: 'completed' })
      return requests() - before
    },
    async splits() {
      const [row] = await query<{ splits: Record<string, readonly number[]> | null }>(
        'select list_splits as splits from sync_accounts where tenant_id = $1',
        [tenantId],
      )
      return row?.splits ?? null
    },
    async stored() {
      const rows = await query<{ id: string }>(
        'select id from customers where tenant_id = $1 and deleted_at is null order by id',
        [tenantId],
      )
      return rows.map(({ id }) => id)
    },
  }
}

it('a full job of a known list makes a request for each page and no more', async () => {
  const { run, splits, stored, sandbox } = await openAccount(2_000)
  expect(await run()).toBeGreaterThan(20)
  const known = (await splits())?.customers ?? []
  expect(known).toHaveLength(19)
  expect(await run()).toBe(20)
  // The same list gives the same splits.
  expect((await splits())?.customers).toEqual(known)
  expect(await stored()).toEqual(
    sandbox
      .expected('customers')
      .map(({ id }) => id)
      .toSorted(),
  )
})

it('a job of an account of one page makes one request and leaves nothing', async () => {
  const { run, splits } = await openAccount(90)
  await run()
  expect(await splits()).toBeNull()
  expect(await run()).toBe(1)
})

it('a known list that has lost most of its items is not split any more', async () => {
  const { run, splits, stored, sandbox } = await openAccount(500)
  await run()
  expect((await splits())?.customers).toHaveLength(4)
  for (const { id } of sandbox.expected('customers').slice(0, 450)) sandbox.remove('customers', id)
  await run()
  expect(await stored()).toHaveLength(50)
  expect((await splits())?.customers).toEqual([])
  expect(await run()).toBe(1)
})

import { expect, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'

const incremental = { syncType: 'incremental' }
const exempt = { calls: ['provider', 'database', 'queue'], because: 'It counts rows.' } as const

async function openEnv() {
  const parts = await setup({ sandbox: { customers: 20 }, exempt })
  const request = jobRequest()
  await parts.deliver(request)
  parts.sandbox.advance(60)
  const next = (additionalData = {}) => jobRequest({ tenantId: request.tenantId, additionalData })
  const run = async (additionalData = {}) => {
    const following = next(additionalData)
    await parts.deliver(following)
    return parts.job(following.jobId)
  }
  return { ...parts, run }
}

test('a deletion that an event announces counts as deleted, and neither as updated nor as fetched', async () => {
  const { sandbox, run } = await openEnv()
  const [gone, other, changed] = sandbox.expected('customers')
  for (const customer of [gone, other]) sandbox.remove('customers', customer!.id)
  sandbox.update('customers', changed!.id, { name: 'changed' })
  sandbox.advance(60)
  const counts = { fetched: '1', created: '0', updated: '1', unchanged: '0', deleted: '2' }
  expect(await run(incremental)).toMatchObject({ status: 'completed', ...counts })
  // The overlap reads the same events again.
  expect(await run(incremental)).toMatchObject({ status: 'completed', created: '0', updated: '0', deleted: '0' })
})

test('an object that came and went between two jobs is stored as deleted and counts as deleted', async () => {
  const { sandbox, run, query } = await openEnv()
  const [customer] = sandbox.expected('customers')
  await query('delete from customers where id = $1', [customer!.id])
  sandbox.remove('customers', customer!.id)
  sandbox.advance(60)
  expect(await run(incremental)).toMatchObject({ fetched: '0', created: '0', updated: '0', deleted: '1' })
})

test('a row that a list lacks and that is asked for by id is kept, and counts as updated only if it differs', async () => {
  const { sandbox, run, query } = await openEnv()
  const [hidden] = sandbox.expected('customers')
  await query(
    `update customers set raw = raw || '{"name": "old"}', raw_sha256 = null, observed_at = observed_at - interval '1 day' where id = $1`,
    [hidden!.id],
  )
  sandbox.fail({
    kind: 'items',
    path: /^\/v1\/customers\?/,
    items: (objects) => objects.filter(({ id }) => id !== hidden!.id),
  })
  const row = await run()
  expect(row).toMatchObject({
    status: 'completed',
    fetched: '19',
    created: '0',
    updated: '1',
    unchanged: '19',
    deleted: '0',
  })
  expect(row?.result).toMatchObject({ resources: { customers: { kept: 1 } } })
})

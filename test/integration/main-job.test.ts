import { expect, test } from 'vitest'
import { jobRequest, setup } from '../support/setup.ts'

test('a message on SQS becomes a tenant’s customers in Postgres', async () => {
  const { queue, drain, query, job, sandbox } = await setup({ sandbox: { customers: 2_345 } })
  const request = jobRequest()
  await queue.send(JSON.stringify(request))
  await drain()
  const row = await job(request.jobId)
  expect(row).toMatchObject({ status: 'completed' })
  const stored = await query('select id, raw from customers order by created_at desc, id desc')
  expect(stored.map((item) => item.raw)).toEqual(sandbox.expected('customers', true))
})

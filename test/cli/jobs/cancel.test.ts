import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { openOperator } from './operator-env.ts'

test('jobs cancel ends jobs that have not ended, and says of the others what they are', async () => {
  const { as, job, query } = await openOperator()
  const tenant = randomUUID()
  const waiting = {
    waiting_for: { code: 'provider_unavailable', message: 'stripe: Stripe failed.' },
    waiting_since: new Date(),
  }
  const open = [
    await job({ status: 'running', tenant_id: tenant }),
    await job({ status: 'paused', tenant_id: tenant, ...waiting }),
  ]
  const ended = await job({ tenant_id: tenant })
  const ids = [...open, ended].map(({ id }) => id)
  const { code, stdout } = await as('worker', ['jobs', 'cancel', ...ids, '--tenant', tenant])
  expect(code).toBe(1)
  expect(stdout).toMatch(new RegExp(`${ids[0]} +yes +It was running and is cancelled`))
  expect(stdout).toMatch(new RegExp(`${ids[1]} +yes +It was paused and is cancelled`))
  expect(stdout).toMatch(new RegExp(`${ids[2]} +NO +It had ended before, as completed`))
  // A job that has ended waits for nothing.
  expect(await query('select 1 from sync_jobs where waiting_for is not null or waiting_since is not null')).toEqual([])
  expect(await query(`select status, lease_owner, finished_at is not null as ended from sync_jobs order by 1`)).toEqual(
    [
      { status: 'cancelled', lease_owner: null, ended: true },
      { status: 'cancelled', lease_owner: null, ended: true },
      { status: 'completed', lease_owner: null, ended: true },
    ],
  )
})

test('jobs cancel touches no job of another tenant, and says which login may', async () => {
  const { as, job, query } = await openOperator()
  const { id } = await job({ status: 'running' })
  const other = await as('worker', ['jobs', 'cancel', id, '--tenant', randomUUID(), '--json'])
  expect(other).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(other.stdout)).toMatchObject({ jobId: id, done: false })
  expect(await as('reader', ['jobs', 'cancel', id])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      "database: this login may not change jobs (42501). Use the worker's login or the tables' owner, with --tenant.\n",
  })
  expect(await query('select status from sync_jobs')).toEqual([{ status: 'running' }])
})

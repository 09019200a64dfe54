import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { TenantDatabase } from '../../src/db/open.ts'
import { SyncError } from '../../src/errors.ts'
import { hasEnded, renew, startHeartbeat } from '../../src/job/lease.ts'
import { plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'

const noWait = { waitingFor: null, waitingSince: null, waitedMs: 0 }

async function open() {
  const { query, tenant } = await openTestDatabase()
  const { id: jobId, tenant_id: tenantId } = await plantJob(query, { status: 'running', fence: 2 })
  await query(`update sync_jobs set lease_until = now() + interval '1 s'`)
  return { query, jobId, db: tenant(tenantId), lease: { jobId, fence: 2, seconds: 60 } }
}

test('a sign of life begins the lease again, and writes what the job waits for', async () => {
  const { query, db, lease } = await open()
  const waitingFor = { code: 'rate_limited', message: 'stripe: too many requests.' }
  await renew(db, lease, { ...noWait, waitingFor, waitingSince: new Date() })
  const [row] = await query("select waiting_for, lease_until > now() + interval '30 s' as held from sync_jobs")
  expect(row).toEqual({ waiting_for: waitingFor, held: true })
})

test('a worker that lost its job gives no sign of life', async () => {
  const { query, db, lease } = await open()
  await expect(renew(db, { ...lease, fence: 1 })).rejects.toMatchObject({ verdict: 'fenced' })
  expect(await query(`select 1 from sync_jobs where lease_until > now() + interval '30 s'`)).toEqual([])
})

test('a job that somebody ended has ended, one that is worked on has not, and neither has one that is not there', async () => {
  const { query, db, lease } = await open()
  expect(await hasEnded(db, lease)).toBe(false)
  await query(`update sync_jobs set status = 'cancelled', lease_owner = null, lease_until = null, finished_at = now()`)
  expect(await hasEnded(db, lease)).toBe(true)
  expect(await hasEnded(db, { ...lease, jobId: randomUUID() })).toBe(false)
})

/** A heartbeat each 10 ms on a database whose renewals end so, one after another. */
function beating(...ends: ('renewed' | 'fenced' | 'broken' | 'refused')[]) {
  let beats = 0
  const within = async () => {
    const end = ends[Math.min(beats++, ends.length - 1)]
    if (end === 'broken') throw new Error('Connection terminated unexpectedly')
    if (end === 'refused') throw new SyncError('retry', 'no_database', 'database: there is none.')
    return end === 'fenced' ? [] : [{ id: 'job' }]
  }
  const onLost = vi.fn()
  const lease = { jobId: randomUUID(), fence: 2, seconds: 0.03 }
  const stop = startHeartbeat({ db: { within } as unknown as TenantDatabase, lease, waitColumns: () => noWait }, onLost)
  onTestFinished(stop)
  return { onLost, beats: () => beats, stop }
}

test('a heartbeat that fails is left to the next one, and the job is not lost', async () => {
  const { onLost, beats } = beating('broken', 'refused', 'renewed')
  await expect.poll(beats).toBeGreaterThan(3)
  expect(onLost).not.toHaveBeenCalled()
})

test('a heartbeat of a job that another worker took over says so', async () => {
  const { onLost } = beating('renewed', 'fenced')
  await expect.poll(() => onLost.mock.calls.length).toBeGreaterThan(0)
})

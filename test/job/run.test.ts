import { randomUUID } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { TenantDatabase } from '../../src/db/open.ts'
import { eraseTenant } from '../../src/erasure/tenant.ts'
import { SyncError } from '../../src/errors.ts'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { run } from '../../src/job/run.ts'
import type { Delivery, JobDeps } from '../../src/job/session.ts'
import { collectLog } from '../support/collected-log.ts'
import { openTestDatabase } from '../support/database.ts'

/* How a delivery ends where its job is no longer its own. The work itself is the loading of the provider. */

async function open() {
  const { query, tenant, db: everything } = await openTestDatabase()
  const additionalData = { syncType: 'full', forceRefresh: false, dryRun: false, resources: ['customers'] }
  const request = { jobId: randomUUID(), tenantId: randomUUID(), providerName: 'stripe', additionalData }
  const log = collectLog()
  const watch = { leaseLost: vi.fn(), jobEnded: vi.fn(), notClaimed: vi.fn() }
  const worked = vi.fn()
  let canRead = true
  let canWrite = true
  const db = tenant(request.tenantId)
  const wrapped: TenantDatabase = {
    ...db,
    read: (work) => (canRead ? db.read(work) : Promise.reject(lost())),
    async within(work) {
      if (!canWrite) throw lost()
      // A write that nobody awaits is not done when the delivery ends.
      await new Promise((resolve) => setTimeout(resolve, 50))
      return await db.within(work)
    },
  }
  return {
    query,
    everything,
    request,
    log,
    watch,
    worked,
    breakWrites() {
      canWrite = false
    },
    breakReads() {
      canRead = false
    },
    /** Runs a delivery whose work is this. */
    deliver: (work: () => unknown, over: Partial<Delivery> = {}) =>
      run(
        {
          request: request as unknown as SyncJobRequest,
          remainingMs: 900_000,
          receiveCount: 1,
          sentAt: undefined,
          ...over,
        } as Delivery,
        {
          tenant: () => wrapped,
          clock: { ...systemClock, sleep: async () => {}, random: () => 0 },
          log,
          settings: {
            leaseSeconds: 60,
            maxRetries: 3,
            retryDelaySeconds: 1,
            timeoutMs: 600_000,
            outageMs: 1_000,
            batchSize: 100,
          },
          owner: 'worker',
          watch,
          async provider() {
            worked()
            throw await work()
          },
        } as unknown as JobDeps,
      ),
    row: async () => (await query('select status, account, error from sync_jobs where id = $1', [request.jobId]))[0],
  }
}

const lost = () => new Error('Connection terminated unexpectedly')
const outage = () => new SyncError('retry', 'provider_unavailable', 'stripe: Stripe failed.')
const fenced = () => new SyncError('fenced', 'fenced', 'job: another worker has taken it over.')
const cancel = `update sync_jobs set status = 'cancelled', finished_at = now(), lease_owner = null, lease_until = null`

test('a job that another worker took over is busy', async () => {
  const { deliver, watch, log } = await open()
  expect(await deliver(fenced)).toEqual({ kind: 'busy', waitSeconds: 60 })
  expect(watch.leaseLost).toHaveBeenCalledOnce()
  expect(log.lines().at(-1)).toMatchObject({ event: 'job_taken_over' })
})

test('a job that was ended from outside is finished', async () => {
  const { deliver, query, watch } = await open()
  const ended = async () => {
    await query(cancel)
    return fenced()
  }
  expect(await deliver(ended)).toEqual({ kind: 'finished' })
  expect(watch.leaseLost).not.toHaveBeenCalled()
})

test('a job of which nobody can tell whether it has ended keeps its message', async () => {
  const { deliver, breakReads } = await open()
  const away = () => {
    breakReads()
    return fenced()
  }
  expect(await deliver(away)).toEqual({ kind: 'busy', waitSeconds: 60 })
})

test('a job whose account another one holds is given back before its message is sent again', async () => {
  const { deliver, row } = await open()
  const busy = () =>
    new SyncError('busy', 'account_busy', 'job: another job of the account is running.', { retryAfter: 7_000 })
  expect(await deliver(busy)).toEqual({ kind: 'busy', waitSeconds: 7 })
  expect(await row()).toMatchObject({ status: 'pending', error: null })
})

test('a job of an erased tenant fails, and no provider is asked', async () => {
  const { deliver, row, everything, request, worked } = await open()
  await eraseTenant({ dryRun: false, within: (work: never) => everything.transaction(work) } as never, request.tenantId)
  expect(await deliver(fenced)).toMatchObject({ kind: 'failed', final: true })
  expect(await row()).toMatchObject({ status: 'failed', error: { code: 'tenant_erased' } })
  expect(worked).not.toHaveBeenCalled()
})

test('a message of which only the job could be read fails its job with what is wrong, and no provider is asked', async () => {
  const { deliver, row, worked } = await open()
  const problem = new SyncError('reject', 'invalid_request', 'request: the key "extra" is not known.')
  expect(await deliver(fenced, { problem })).toMatchObject({ kind: 'failed', final: true })
  expect(await row()).toMatchObject({ status: 'failed', error: { code: 'invalid_request' } })
  expect(worked).not.toHaveBeenCalled()
})

test('an outage that has just begun is waited for, spends no attempt, and its line says for how long', async () => {
  const { deliver, row, log, query } = await open()
  expect(await deliver(outage)).toMatchObject({ kind: 'failed', final: false, stored: true, waitSeconds: 1 })
  expect(await row()).toMatchObject({ status: 'retrying', error: { code: 'provider_unavailable' } })
  expect(await query('select attempt, waiting_for from sync_jobs')).toMatchObject([
    { attempt: 0, waiting_for: { code: 'provider_unavailable' } },
  ])
  expect(log.lines().at(-1)).toMatchObject({ event: 'job_retrying', retryable: true, waitMs: 1_000 })
})

test('a failure that cannot be stored is delivered again once its lease is over', async () => {
  const { deliver, breakWrites, row, log } = await open()
  const away = () => {
    breakWrites()
    return outage()
  }
  expect(await deliver(away)).toMatchObject({ kind: 'failed', final: false, waitSeconds: 60, outage: true })
  expect(await row()).toMatchObject({ status: 'running' })
  expect(log.lines().at(-1)).toMatchObject({ event: 'job_not_stored' })
})

test('a failure of a job that another worker took over meanwhile is not stored', async () => {
  const { deliver, query, row } = await open()
  const late = async () => {
    await query('update sync_jobs set fence = fence + 1')
    return outage()
  }
  expect(await deliver(late)).toEqual({ kind: 'busy', waitSeconds: 60 })
  expect(await row()).toMatchObject({ status: 'running', error: null })
})

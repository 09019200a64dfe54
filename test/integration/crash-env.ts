import { expect } from 'vitest'
import { openPostgresProxy } from '../support/postgres-proxy.ts'
import { context, type SetupOptions, setup, sqsEvent } from '../support/setup.ts'

export const customers = 130
export const pages = { batch_size: 20 }
const whole = { fetched: '130', created: '130', updated: '0', unchanged: '0', rejected: '0' }

interface Options extends Pick<SetupOptions, 'exempt'> {
  /** Pages a second. Slow enough that most pages are committed by themselves; a busy machine needs longer. */
  readonly perSecond?: number
}

export async function openEnv({ perSecond = 8, ...options }: Options = {}) {
  const settings = { Stripe__EndpointRequestsPerSecond: String(perSecond) }
  const parts = await setup({ settings, sandbox: { customers, latencyMs: 15 }, ...options })
  const { query, sandbox } = parts
  return {
    ...parts,
    /** A worker whose way to Postgres can be broken; it has no queue, so that nothing of it is left when that way is. */
    async victim() {
      const proxy = await openPostgresProxy(parts.workerUrl)
      const worker = await parts.openWorker({ ConnectionStrings__DefaultConnection: proxy.url, Queue__Url: '' })
      return {
        proxy,
        handle: (request: object, remainingMs = 60_000) =>
          worker.handle(sqsEvent([JSON.stringify(request)]), context(remainingMs)),
      }
    },
    /** A lease ends with time; here at once. */
    leaseRunsOut: (jobId: string) =>
      query(`update sync_jobs set lease_until = now() - interval '1 second' where id = $1 and status = 'running'`, [
        jobId,
      ]),
    async expectTruth({ jobId, tenantId }: { readonly jobId: string; readonly tenantId: string }) {
      const job = await parts.job(jobId)
      expect(job).toMatchObject({
        status: 'completed',
        ...whole,
        attempt: 0,
        checkpoint: null,
        error: null,
        lease_owner: null,
        result: { status: 'completed', resources: { customers: { fetched: customers, created: customers } } },
        progress: { customers: { fetched: customers, created: customers, share: 1 } },
      })
      const rows = await query(
        'select raw from customers where tenant_id = $1 order by created_at desc, id collate "C" desc',
        [tenantId],
      )
      expect(rows.map(({ raw }) => raw)).toEqual(sandbox.expected('customers', true))
      return job
    },
  }
}

export const acknowledged = { batchItemFailures: [] }

export type Victim = Awaited<ReturnType<Awaited<ReturnType<typeof openEnv>>['victim']>>

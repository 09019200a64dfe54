import { randomUUID } from 'node:crypto'
import { type Claimant, claim } from '../../src/job/claim.ts'
import type { SyncJobRequest } from '../../src/job/request.ts'
import { requestHash } from '../../src/job/request-hash.ts'
import { minutesAgo, plantJob } from '../operations/plant-job.ts'
import { openTestDatabase } from '../support/database.ts'

/* Who gets a job, and what its row is from then on. Every claim here is made by another delivery unless it says otherwise. */

export const counts = { fetched: 5, created: 4, updated: 3, unchanged: 2, rejected: 1, deleted: 6, requests: 7 }
export const checkpoint = { slices: [] }
export const progress = { customers: { fetched: 5 } }
export const waitingFor = { code: 'rate_limited', message: 'stripe: too many requests.' }
export const earlier = { token: 'key' } as const
export const hashOf = (job: SyncJobRequest) => requestHash(job)

/** A database, a job's request, and what its row is planted with: it was begun ten minutes ago and left one minute ago. */
export async function open(columns: Readonly<Record<string, unknown>> | null = null) {
  const { query, tenant } = await openTestDatabase()
  const additionalData = { syncType: 'full', forceRefresh: false, dryRun: false, resources: ['customers'] } as const
  const jobId = String(columns?.id ?? randomUUID())
  const tenantId = randomUUID()
  const request = { jobId, tenantId, providerName: 'stripe', additionalData } as unknown as SyncJobRequest
  const hash = hashOf(request)
  const begun = {
    checkpoint,
    progress,
    stalled: 2,
    deliveries: 4,
    fence: 8,
    attempt: 2,
    request_hash: `\\x${hash.toString('hex')}`,
  }
  if (columns)
    await plantJob(query, {
      ...{ id: jobId, tenant_id: tenantId, sent_with: earlier, ...counts, ...begun, started_at: minutesAgo(10) },
      ...(columns.status === 'completed' && { checkpoint: null }),
      ...columns,
    })
  return {
    query,
    tenant,
    request,
    claim: (claimant: Partial<Claimant> = {}) =>
      claim(tenant((claimant.request ?? request).tenantId), {
        ...{ request, hash, sentWith: null, sentAt: undefined, owner: `worker ${randomUUID()}`, leaseSeconds: 60 },
        ...claimant,
      }),
    row: async () =>
      (
        await query(
          `select *, ${Object.keys(counts).map((name) => `${name}::int`)}, fence::int, waited_ms::int,
             round(extract(epoch from lease_until - now()))::int as lease, round(extract(epoch from now() - started_at))::int as age
           from sync_jobs where id = $1`,
          [jobId],
        )
      )[0],
  }
}

import { randomUUID } from 'node:crypto'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

export async function open(options: SetupOptions['sandbox'] = {}) {
  const parts = await setup({ sandbox: { customers: 30, ...options } })
  const tenantId = randomUUID()
  return {
    ...parts,
    tenantId,
    async sync(syncType: 'full' | 'incremental', additionalData: object = {}) {
      const request = jobRequest({ tenantId, additionalData: { sync_type: syncType, ...additionalData } })
      await parts.deliver(request)
      const row = await parts.job(request.jobId)
      return { row, result: row?.result as SyncJobResult, request }
    },
    row: async (id: string) =>
      (
        await parts.query(
          `select name, deleted_at is not null as deleted, observed_at > now() + interval '5 minutes' as ahead
           from customers where tenant_id = $1 and id = $2`,
          [tenantId, id],
        )
      )[0],
    cursor: async () =>
      (
        await parts.query<{ ahead: boolean }>(
          `select cursor > now() + interval '5 minutes' as ahead from sync_cursors where tenant_id = $1`,
          [tenantId],
        )
      )[0],
  }
}

import { sql } from 'drizzle-orm'
import { syncJobs } from '../../db/schema.ts'

const news = sql`json_build_object('id', ${syncJobs.id}, 'tenant_id', ${syncJobs.tenantId}, 'provider', ${syncJobs.provider}, 'account', ${syncJobs.account},
  'status', ${syncJobs.status}, 'code', coalesce(${syncJobs.waitingFor} ->> 'code', ${syncJobs.error} ->> 'code'), 'fetched', ${syncJobs.fetched}, 'requests', ${syncJobs.requests}`

/**
 * For the `returning` of a write to a job's row: sends the state of the job to the channel `sync_jobs`, as JSON,
 * with its progress as long as that fits into the 8,000 bytes of a notification. Unless the connection says no: commits
 * that notify hold one lock of the whole server while they are flushed.
 */
export const notification = sql<string>`case when coalesce(current_setting('billing_sync.announce', true), 'on') <> 'off'
  then pg_notify('sync_jobs', case when octet_length(${syncJobs.progress}::text) < 7000
    then ${news}, 'progress', ${syncJobs.progress})::text else ${news})::text end) end::text`

import type pg from 'pg'
import type { ConnectionSettings } from '../config/connection-string.ts'
import { connect } from '../db/connection.ts'
import type { SyncJobResult } from '../job/state/result.ts'
import { totalShare } from '../job/state/total-share.ts'
import type { ResourceShown, Shown } from './progress-lines.ts'
import { inOrder } from './resource-names.ts'

/** A job's row as far as a person at the terminal wants it. */
export interface JobRow {
  readonly id: string
  readonly status: string
  readonly lease_owner: string | null
  readonly lease_until: Date | null
  readonly next_attempt_at: Date | null
  readonly waiting_for: { readonly code: string; readonly message: string } | null
  readonly waiting_since: Date | null
  readonly error: { readonly code: string; readonly message: string } | null
  readonly result: SyncJobResult | null
  readonly [column: string]: unknown
}

interface FollowedJob {
  readonly tenantId: string
  readonly providerName: string
  readonly jobId: string
  /** Resources in the order in which they are shown. */
  readonly order: readonly string[]
}

/** Follows a job live through the notifications of the channel `sync_jobs`, and reads its tenant's rows for the terminal. */
export async function followJob(
  client: pg.Client,
  { tenantId, providerName, jobId, order }: FollowedJob,
  onChange: (shown: Shown) => void,
) {
  client.on('notification', ({ payload }) => {
    const news = parse(payload)
    if (news?.id !== jobId) return
    if (news.progress) onChange(shownOf(news, news.progress, order))
    else void readProgress().catch(() => {})
  })
  /** The progress of many resources does not fit into a notification. */
  const readProgress = async () => {
    const { rows } = await client.query<News>(
      'select id, fetched::int, requests::int, progress from sync_jobs where id = $1',
      [jobId],
    )
    const [row] = rows
    if (row) onChange(shownOf(row, row.progress ?? {}, order))
  }
  await client.query('listen sync_jobs')
  return {
    /** The job's row; undefined before a worker has seen it. */
    async job(): Promise<JobRow | undefined> {
      const { rows } = await client.query<JobRow>('select * from sync_jobs where id = $1', [jobId])
      return rows[0]
    },
    /** Another job of the tenant that a worker holds; undefined if there is none. */
    async rival(): Promise<JobRow | undefined> {
      const { rows } = await client.query<JobRow>(
        `select * from sync_jobs where tenant_id = $1 and provider = $3 and status = 'running' and id <> $2`,
        [tenantId, jobId, providerName],
      )
      return rows[0]
    },
  }
}

/** A connection that sees the rows of one tenant. */
export async function connectAsTenant(connection: ConnectionSettings, tenantId: string): Promise<pg.Client> {
  const client = await connect(connection, 'start')
  const { searchPath } = connection
  if (searchPath) await client.query(`select set_config('search_path', $1, false)`, [searchPath])
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId])
  return client
}

interface News {
  readonly id: string
  readonly fetched: number
  readonly requests: number
  /** Left out if it does not fit into a notification. */
  readonly progress?: Progress
}

type Progress = Readonly<Record<string, { readonly share: number; readonly fetched: number; readonly deleted: number }>>

/** The payload is our own (see job/commit/notify.ts). */
function parse(payload: string | undefined): News | undefined {
  return payload === undefined ? undefined : JSON.parse(payload)
}

function shownOf({ fetched, requests }: News, progress: Progress, order: readonly string[]): Shown {
  const resources = inOrder(Object.entries(progress), order).map(
    ([name, counts]): ResourceShown => ({ name, fetched: counts.fetched, share: counts.share }),
  )
  const deleted = Object.values(progress).reduce((sum, counts) => sum + counts.deleted, 0)
  return { fetched, deleted, requests, share: totalShare(resources), resources, note: '' }
}

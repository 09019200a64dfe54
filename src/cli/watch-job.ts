import pg from 'pg'
import type { SyncJobResult } from '../job/state/result.ts'
import type { ResourceShown, Shown } from './progress-bar.ts'

/** A job's row as far as a person at the terminal wants it. */
export interface JobRow {
  readonly status: string
  readonly result: SyncJobResult | null
  readonly [column: string]: unknown
}

interface Watched {
  readonly jobId: string
  readonly tenantId: string
}

/** Follows a job live through the notifications of the channel `sync_jobs`, and reads its tenant's rows for the terminal. */
export async function watchJob(
  connection: pg.ClientConfig,
  { jobId, tenantId }: Watched,
  onChange: (shown: Shown) => void,
) {
  const client = new pg.Client(connection)
  await client.connect()
  client.on('error', () => {})
  client.on('notification', ({ payload }) => {
    const news = parse(payload)
    if (news?.id === jobId) onChange(shownOf(news))
  })
  await client.query('listen sync_jobs')
  await client.query(`select set_config('app.tenant_id', $1, false)`, [tenantId])
  return {
    /** The job's row; undefined before a worker has seen it. */
    async job(): Promise<JobRow | undefined> {
      const { rows } = await client.query<JobRow>('select * from sync_jobs where id = $1', [jobId])
      return rows[0]
    },
    async query(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
      return (await client.query<Record<string, unknown>>(text, [...values])).rows
    },
    close: () => client.end(),
  }
}

interface News {
  readonly id: string
  readonly fetched: number
  readonly requests: number
  /** Left out where it would not fit into a notification. */
  readonly progress?: Readonly<Record<string, { readonly share: number; readonly fetched: number }>>
}

/** The payload is our own (see job/announce.ts). */
function parse(payload: string | undefined): News | undefined {
  return payload === undefined ? undefined : (JSON.parse(payload) as News)
}

function shownOf({ fetched, requests, progress = {} }: News): Shown {
  const resources = Object.entries(progress).map(([name, { fetched: own, share }]) => ({ name, fetched: own, share }))
  return { fetched, requests, share: meanShare(resources), resources }
}

/** Every resource counts by what it has brought and what it probably still will. */
function meanShare(resources: readonly ResourceShown[]): number {
  const expected = resources.reduce((sum, one) => sum + one.fetched / Math.max(one.share, 0.001), 0)
  return expected === 0 ? 0 : resources.reduce((sum, one) => sum + one.fetched, 0) / expected
}

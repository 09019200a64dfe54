import { createHash, randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { StartOptions } from './start-options.ts'

/** The message that `start` sends. */
export interface StartRequest {
  readonly jobId: string
  readonly tenantId: string
  readonly providerName: string
  /** Of a custom provider: the settings have none. */
  readonly accessToken?: string
  readonly additionalData: {
    readonly sync_type: 'full' | 'incremental'
    readonly resources?: readonly string[]
    readonly force_refresh?: boolean
  }
}

/**
 * The request of this start: that of an unfinished start with the same options, which goes on from its checkpoint,
 * else a new one. The second half of a job's id is a hash of the options, so that the row alone tells.
 */
export async function chooseRequest(
  client: pg.Client,
  options: StartOptions,
  resources: readonly string[] | undefined,
): Promise<{ readonly request: StartRequest; readonly goesOn: boolean }> {
  const { tenant, provider, incremental, force, customers, density } = options
  const sandbox = { customers, density }
  const additionalData = {
    sync_type: incremental ? 'incremental' : 'full',
    ...(resources && { resources }),
    ...(force && { force_refresh: true }),
  } as const
  const hash = createHash('sha256').update(JSON.stringify({ sandbox, additionalData })).digest('hex').slice(0, 16)
  const { rows } = await client.query<{ id: string }>(
    `select id from sync_jobs where tenant_id = $1 and provider = $3 and right(replace(id::text, '-', ''), 16) = $2
       and status in ('pending', 'running', 'paused', 'retrying') order by created_at desc limit 1`,
    [tenant, hash, provider],
  )
  const jobId = rows[0]?.id ?? toUuid(randomBytes(8).toString('hex') + hash)
  return { request: { jobId, tenantId: tenant, providerName: provider, additionalData }, goesOn: rows.length > 0 }
}

/** A request as the terminal may show it. */
export const shownRequest = ({ accessToken, ...request }: StartRequest): string =>
  JSON.stringify({ ...request, ...(accessToken !== undefined && { accessToken: '(not shown)' }) })

const toUuid = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

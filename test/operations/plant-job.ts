import { randomUUID } from 'node:crypto'

type Query = (text: string, values?: unknown[]) => Promise<unknown>

/** Plants a row of sync_jobs, complete for its status. It takes overrides by the names of the columns. */
export async function plantJob(query: Query, columns: Readonly<Record<string, unknown>> = {}) {
  const row = { ...completeFor(columns.status ?? 'completed'), ...columns } as Readonly<Record<string, unknown>> & {
    readonly id: string
    readonly tenant_id: string
  }
  const names = Object.keys(row)
  await query(
    `insert into sync_jobs (${names.join()}) values (${names.map((_, at) => `$${at + 1}`).join()})`,
    names.map((name) => (isJson(row[name]) ? JSON.stringify(row[name]) : row[name])),
  )
  return row
}

const isJson = (value: unknown) => typeof value === 'object' && value !== null && !(value instanceof Date)

export const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
export const daysAgo = (days: number) => minutesAgo(days * 24 * 60)

/** What the table demands of a row in that state. */
function completeFor(status: unknown) {
  const common = {
    id: randomUUID(),
    tenant_id: randomUUID(),
    provider: 'stripe',
    account: 'acct_1',
    status,
    sync_type: 'full',
    options: { syncType: 'full', forceRefresh: false, resources: ['customers'] },
    sent_with: { token: 'none' },
    created_at: minutesAgo(10),
    started_at: minutesAgo(10),
    updated_at: minutesAgo(1),
  }
  const ended = { finished_at: minutesAgo(1) }
  const error = { code: 'key_not_accepted', message: 'stripe: the key is not accepted.', retryable: false }
  switch (status) {
    case 'completed':
      return { ...common, ...ended, result: {} }
    case 'failed':
      return { ...common, ...ended, result: {}, error }
    case 'cancelled':
      return { ...common, ...ended }
    case 'running':
      return { ...common, account: common.id, lease_owner: 'worker 1', lease_until: minutesAgo(-10) }
    case 'retrying':
      return { ...common, error: { ...error, code: 'provider_unavailable', retryable: true } }
    default:
      return common
  }
}

import { randomUUID } from 'node:crypto'
import { dueAfter, type ScheduleKey } from '../../src/schedule/beat.ts'

type Query = (text: string, values?: unknown[]) => Promise<unknown>

/** Plants a row of sync_schedules that was due a moment ago. It takes overrides by the names of the columns. */
export async function plantSchedule(query: Query, columns: Readonly<Record<string, unknown>> = {}) {
  const row = {
    id: randomUUID(),
    tenant_id: tenantDueLater(columns),
    provider: 'stripe',
    every_seconds: 3_600,
    next_at: secondsFromNow(-1),
    ...columns,
  } as Readonly<Record<string, unknown>> & { readonly id: string; readonly tenant_id: string; readonly next_at: Date }
  const names = Object.keys(row)
  await query(
    `insert into sync_schedules (${names.join()}) values (${names.map((_, at) => `$${at + 1}`).join()})`,
    names.map((name) => row[name]),
  )
  return row
}

/** Whole seconds, as due times are. */
export const secondsFromNow = (seconds: number) => new Date((Math.floor(Date.now() / 1_000) + seconds) * 1_000)

/**
 * A tenant whose due times, which its id gives, are ten minutes away or half an interval. A tick sends what is due in the
 * coming minute and a half.
 */
function tenantDueLater(columns: Readonly<Record<string, unknown>>): string {
  const everySeconds = Number(columns.every_seconds ?? 3_600)
  const far = Math.min(600, everySeconds / 2) * 1_000
  for (;;) {
    const tenantId = randomUUID()
    const key = {
      tenantId,
      provider: columns.provider ?? 'stripe',
      account: columns.account ?? null,
      reference: columns.reference ?? null,
      syncType: columns.sync_type ?? 'incremental',
      resources: columns.resources ?? null,
      everySeconds,
    } as ScheduleKey
    if (dueAfter(key, new Date()).getTime() - Date.now() >= far) return tenantId
  }
}

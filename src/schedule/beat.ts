import { createHash } from 'node:crypto'
import type { syncSchedules } from '../db/schema.ts'

/** A row of `sync_schedules`. */
export type Schedule = typeof syncSchedules.$inferSelect

/** What makes a schedule the same one, even if it is removed and added again. */
export type ScheduleKey = Pick<
  Schedule,
  'tenantId' | 'provider' | 'account' | 'reference' | 'syncType' | 'resources' | 'everySeconds'
>

/**
 * The first due time after `after`. Due times lie on a grid of whole intervals since 1970 in UTC, moved by a share of the
 * interval that the schedule's key gives: tenants spread over the interval, and neither a late tick nor a change of a local
 * clock moves a due time.
 */
export function dueAfter(key: ScheduleKey, after: Date): Date {
  const every = key.everySeconds * 1_000
  const offset = offsetOf(key)
  return new Date((Math.floor((after.getTime() - offset) / every) + 1) * every + offset)
}

/** Whether the next job was asked for at another time than the schedule's own. */
export function isRequested(schedule: ScheduleKey & Pick<Schedule, 'nextAt'>): boolean {
  const { nextAt } = schedule
  return dueAfter(schedule, new Date(nextAt.getTime() - 1)).getTime() !== nextAt.getTime()
}

/** Milliseconds from the beginning of an interval to the schedule's due time: whole seconds. */
function offsetOf({ tenantId, provider, account, reference, syncType, resources, everySeconds }: ScheduleKey): number {
  const key = JSON.stringify([tenantId, provider, account, reference, syncType, resources])
  return (createHash('sha256').update(key).digest().readUIntBE(0, 6) % everySeconds) * 1_000
}

/** The id of the job that a schedule sends for a due time. A repeat sends the same job, which is harmless. */
export function jobIdFor(scheduleId: string, due: Date): string {
  const hex = createHash('sha256').update(`billing-sync schedule ${scheduleId} ${due.toISOString()}`).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
}

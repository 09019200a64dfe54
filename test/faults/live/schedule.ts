import { readConfig } from '../../../src/config/load.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { ensureHourly } from '../../../src/live/gap.ts'
import { silentLog } from '../../../src/log/log.ts'
import { type TickReport, tick } from '../../../src/schedule/tick.ts'
import type { LiveEnv } from './live-env.ts'

/** The hourly schedule of the account, by a clock that moves a minute with each tick and otherwise stands still. */
export interface HourlySchedule {
  /** Sends the jobs of the coming minute, each twice. */
  tick(): Promise<TickReport>
  /** Whether a job was asked for that no tick has sent. */
  isRequested(): Promise<boolean>
  close(): Promise<void>
}

/** Schedules that this process has opened. The id of a job is made of its due time, so that each is an hour after the last. */
let opened = 0

/** Its first job is due at the first tick, at its own time, so that its next own time is an hour away. */
export async function openHourlySchedule({ env, tenantId, account }: LiveEnv): Promise<HourlySchedule> {
  const config = readConfig({ environment: { ...env.environment }, file: undefined })
  const database = await openDatabase(config.database, { connections: 2, applicationName: 'faults' })
  const route = { tenantId, provider: 'stripe', account, state: 'active', reference: null } as const
  await env.query('delete from sync_schedules')
  await database.tenant(tenantId).within((tx) => ensureHourly(tx, route, new Date(Date.now() + 3_600_000 * opened++)))
  const [row] = await env.query<{ dueAt: Date }>('select next_at as "dueAt" from sync_schedules')
  if (!row) throw new Error('live: there is no schedule')
  let now = row.dueAt.getTime() - 60_000
  // The minutes of this clock take no time, and neither do the waits that it makes.
  const send = async (body: string) => {
    for (const _ of [1, 2]) await env.queue.send(body)
  }
  return {
    tick() {
      now += 60_000
      return tick({ database, queue: { send }, log: silentLog, now: () => new Date(now) })
    },
    async isRequested() {
      const [schedule] = await env.query<{ nextAt: Date }>('select next_at as "nextAt" from sync_schedules')
      return schedule !== undefined && schedule.nextAt.getTime() < now + 10 * 60_000
    },
    close: () => database.close(),
  }
}

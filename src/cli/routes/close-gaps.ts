import type { Config } from '../../config/load.ts'
import type { TenantDatabase } from '../../db/open.ts'
import { ensureHourly, findHourly } from '../../live/gap.ts'
import type { Route } from '../../live/live-event.ts'
import { servesTenant } from '../../live-worker.ts'
import { describeDuration } from '../duration.ts'

/** Has the account synced each hour, if no schedule does. @returns what was done, or why nothing was, in a sentence */
export async function closeGaps(db: TenantDatabase, route: Route, config: Config): Promise<string> {
  return db.within(async (tx) => {
    const there = await findHourly(tx, route)
    if (there?.isPaused)
      return `Its incremental job is paused (${there.pausedBecause ?? 'no reason is given'}), so nothing finds what events miss. Resume it with: billing-sync schedules resume.`
    if (there) return `Its incremental job of each ${describeDuration(there.everySeconds)} finds what events miss.`
    if (route.reference === null && !servesTenant(config, route))
      return 'No job finds what events miss, because no key of the account is known. Name one with --token, or add a schedule with: billing-sync schedules add.'
    await ensureHourly(tx, route, new Date())
    return 'An incremental job of each hour finds what events miss. Change it with: billing-sync schedules.'
  })
}

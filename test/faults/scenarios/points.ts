import { randomUUID } from 'node:crypto'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, describe, saveExpectedRows } from '../expected-rows.ts'
import { watchOtherTenant } from '../other-tenant.ts'
import { allPoints, dieAt } from '../points/point.ts'
import { openPointEnv, type PointEnv } from '../points/point-env.ts'
import { runRounds } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'

const triesAtMost = 6

export const points: Scenario = {
  name: 'points',
  faults: ['F02', 'F03', 'F04', 'F09'],
  about:
    'SIGKILL at each statement and each call to the queue of a job that is paused once, before and after it is done, with one worker and with two that got the message at once',
  claim: 'at every point: no row lost, doubled or stale, counters exact',
  // The full share is every point there is.
  rounds: { test: 6, ci: 8, full: 10_000 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const lanes: PointEnv[] = await Promise.all(
      Array.from({ length: Math.min(rounds, 12) }, (_, lane) => openPointEnv(lane)),
    )
    const died: Record<string, number> = {}
    let done = 0
    try {
      const points = await allPoints(lanes[0], { seed, atMost: rounds })
      const expectedRows = await Promise.all(
        lanes.map(({ env }) => saveExpectedRows(env.query, env.world, ['customers'])),
      )
      const watches = await Promise.all(lanes.map(({ env }) => watchOtherTenant(env.query)))
      await runRounds({ seed, rounds: points.length, lanes: lanes.length }, async ({ at, lane }) => {
        const [pointEnv, expected, point] = [lanes[lane], expectedRows[lane], points[at]]
        if (!pointEnv || !expected || !point) return
        // One heartbeat more or less, or the second worker, and the first one ends before its last statements come.
        for (let tries = 0, met = false; tries < triesAtMost && !met; tries++) {
          const tenantId = randomUUID()
          const { jobId, killed } = await dieAt(pointEnv, point, tenantId)
          met = killed
          if (killed) died[point.what] = (died[point.what] ?? 0) + 1
          const seen = [
            ...(await examineJob(pointEnv.env.query, jobId, allNew(expected.counts.customers ?? 0))),
            ...describe(await compare(pointEnv.env.query, tenantId, expected)),
          ]
          problems.push(...seen.map((problem) => `point ${JSON.stringify(point)}: ${problem}`))
        }
        if (++done % 20 === 0) say(`${done} of ${points.length} points`)
      })
      for (const touched of watches) problems.push(...(await touched()))
      for (const { env } of lanes) problems.push(...(await findSecrets(env)))
      const kills = Object.values(died).reduce((sum, kills) => sum + kills, 0)
      const missed = points.length - kills
      if (missed > Math.max(2, points.length / 10)) problems.push(`${missed} of ${points.length} points were never met`)
      const figures = {
        points: points.length,
        'never met': missed,
        ...Object.fromEntries(Object.entries(died).map(([what, n]) => [`killed at ${what}`, n])),
      }
      return { rounds: kills, figures, problems }
    } finally {
      await Promise.all(lanes.map(({ close }) => close()))
    }
  },
}

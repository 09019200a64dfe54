import { randomUUID } from 'node:crypto'
import { allNew, examineJob } from '../expected-job.ts'
import { compare, describe, writeTruth } from '../expected-rows.ts'
import { watchBystander } from '../other-tenant.ts'
import { allPoints, dieAt } from '../points/point.ts'
import { type Booth, openBooth } from '../points/point-env.ts'
import { inLanes } from '../rounds.ts'
import type { Scenario } from '../scenario.ts'
import { findSecrets } from '../secrets.ts'

const triesAtMost = 3

export const points: Scenario = {
  name: 'points',
  faults: ['F02', 'F03', 'F04', 'F09'],
  about:
    'SIGKILL at each statement and each call to the queue of a job that is paused once, before and after it is done, with one worker and with two that got the message at once',
  claim: 'whatever the point: no row lost, doubled or stale, counters exact',
  // The full share is all there are.
  rounds: { test: 6, ci: 16, full: 10_000 },
  async run({ seed, rounds, say }) {
    const problems: string[] = []
    const booths: Booth[] = await Promise.all(
      Array.from({ length: Math.min(rounds, 12) }, (_, lane) => openBooth(lane)),
    )
    const died: Record<string, number> = {}
    let done = 0
    try {
      const points = await allPoints(booths[0], { seed, atMost: rounds })
      const truths = await Promise.all(booths.map(({ room }) => writeTruth(room.query, room.sandbox, ['customers'])))
      const bystanders = await Promise.all(booths.map(({ room }) => watchBystander(room.query)))
      await inLanes({ seed, rounds: points.length, lanes: booths.length }, async ({ at, lane }) => {
        const [booth, truth, point] = [booths[lane], truths[lane], points[at]]
        if (!booth || !truth || !point) return
        // A sign of life more or less, and the job was done before its last statements' turn.
        for (let tries = 0, met = false; tries < triesAtMost && !met; tries++) {
          const tenantId = randomUUID()
          const { jobId, killed } = await dieAt(booth, point, tenantId)
          met = killed
          if (killed) died[point.what] = (died[point.what] ?? 0) + 1
          const found = [
            ...(await examineJob(booth.room.query, jobId, allNew(truth.counts.customers ?? 0))),
            ...describe(await compare(booth.room.query, tenantId, truth, ['customers'])),
          ]
          problems.push(...found.map((one) => `point ${JSON.stringify(point)}: ${one}`))
        }
        if (++done % 20 === 0) say(`${done} of ${points.length} points`)
      })
      for (const touched of bystanders) problems.push(...(await touched()))
      for (const { room } of booths) problems.push(...(await findSecrets(room)))
      const kills = Object.values(died).reduce((sum, one) => sum + one, 0)
      const missed = points.length - kills
      if (missed > Math.max(2, points.length / 10)) problems.push(`${missed} of ${points.length} points were never met`)
      const figures = {
        points: points.length,
        'never met': missed,
        ...Object.fromEntries(Object.entries(died).map(([what, n]) => [`killed at ${what}`, n])),
      }
      return { rounds: kills, figures, problems }
    } finally {
      await Promise.all(booths.map(({ close }) => close()))
    }
  },
}

import type { StoredJob } from '../../operations/jobs.ts'
import { type Content, type Html, html } from '../html.ts'
import { ago, count, time } from '../words.ts'

/** Deliveries of a job in the order of their times. The row keeps the first and the last, and how many lay between. */
export function timeline(job: StoredJob): Html {
  const steps: readonly (readonly [at: Date | null, words: Content])[] = [
    [job.createdAt, 'A worker saw the job for the first time.'],
    [job.startedAt, ['The work began. Deliveries since: ', count(job.deliveries), between(job), '.']],
    [job.waitingSince, 'It waits since then: see above.'],
    [job.finishedAt === null ? job.updatedAt : null, 'The last step.'],
    [job.leaseUntil, `The lease of the worker ${job.leaseOwner ?? ''} ${job.isHeld ? 'lasts until then' : 'ended'}.`],
    [job.status === 'retrying' ? job.nextAttemptAt : null, 'The next attempt is made after this time.'],
    [job.finishedAt, `It ended as ${job.status}${job.took === null ? '' : `, after ${ago(job.took)}`}.`],
  ]
  const happened = steps.filter(([at]) => at !== null).toSorted(([a], [b]) => (a?.getTime() ?? 0) - (b?.getTime() ?? 0))
  return html`<h2>Timeline</h2><ol class="timeline">${happened.map(([at, words]) => html`<li>${time(at)} <span>${words}</span></li>`)}</ol>`
}

function between({ hop, attempt, waitedMs }: StoredJob): string {
  const known = [
    ...(hop > 0 ? [`paused ${hop} times because time ran out`] : []),
    ...(attempt > 0 ? [`${attempt} failed attempts`] : []),
    ...(waitedMs >= 1_000 ? [`waited ${ago(waitedMs / 1_000)} in all`] : []),
  ]
  return known.length === 0 ? '' : ` (${known.join(', ')})`
}

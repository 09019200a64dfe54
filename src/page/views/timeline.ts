import { deliveriesKept, deliveriesOf, endOf, type JobDelivery } from '../../operations/deliveries.ts'
import type { StoredJob } from '../../operations/jobs.ts'
import { type Content, type Html, html } from '../html.ts'
import { ago, count, cut, rows, time } from '../words.ts'

/** What happened to a job in the order of time, with a line for each delivery. */
export function timeline(job: StoredJob): Html {
  const deliveries = deliveriesOf(job)
  const steps: readonly (readonly [at: Date | null, words: Content])[] = [
    [job.createdAt, 'A worker saw the job for the first time.'],
    [job.startedAt, ['The work began. Deliveries since: ', count(job.deliveries), between(job), '.']],
    ...deliveries.map((delivery) => [delivery.began ?? delivery.ended, line(delivery)] as const),
    [job.waitingSince, 'It waits since then: see above.'],
    [job.finishedAt === null ? job.updatedAt : null, 'The last step.'],
    [job.leaseUntil, `The lease of the worker ${job.leaseOwner ?? ''} ${job.isHeld ? 'lasts until then' : 'ended'}.`],
    [job.status === 'retrying' ? job.nextAttemptAt : null, 'The next attempt is made after this time.'],
    [job.finishedAt, `It ended as ${job.status}${job.took === null ? '' : `, after ${ago(job.took)}`}.`],
  ]
  const happened = steps.filter(([at]) => at !== null).toSorted(([a], [b]) => (a?.getTime() ?? 0) - (b?.getTime() ?? 0))
  const older = deliveries.length === deliveriesKept && html`<p>The last ${deliveriesKept} deliveries are shown.</p>`
  return html`<h2>Timeline</h2>${older}<ol class="timeline">${happened.map(([at, words]) => html`<li>${time(at)} <span>${words}</span></li>`)}</ol>`
}

function line(delivery: JobDelivery): Html {
  const { began, ended, fetched, requests, commits, worker } = delivery
  const seconds = began && ended ? (ended.getTime() - began.getTime()) / 1_000 : null
  const until = ended && html` until ${time(ended)}${seconds !== null && `, ${ago(seconds)}`}`
  return html`<strong>Delivery</strong>${until}. ${endOf(delivery)} <small>${rows(fetched)} fetched, ${count(requests)} requests, ${count(commits)} commits${worker !== null && `, by ${cut(worker, 80)}`}</small>`
}

function between({ hop, attempt, waitedMs }: StoredJob): string {
  const known = [
    ...(hop > 0 ? [`paused ${hop} times because time ran out`] : []),
    ...(attempt > 0 ? [`${attempt} failed attempts`] : []),
    ...(waitedMs >= 1_000 ? [`waited ${ago(waitedMs / 1_000)} in all`] : []),
  ]
  return known.length === 0 ? '' : ` (${known.join(', ')})`
}

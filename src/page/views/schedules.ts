import { overspending } from '../../operations/read-allowance.ts'
import { findSchedules, type ScheduleState } from '../../operations/schedules.ts'
import { type Html, html } from '../html.ts'
import type { PageSource } from '../source.ts'
import type { View } from '../view.ts'
import { ago, count, cut, silence, time } from '../words.ts'

/** Schedules that are shown. */
const most = 200

/** Schedules: those that need a person first, then those that are due next. */
export async function schedulesView({ reader }: PageSource): Promise<View> {
  const schedules = await findSchedules(reader, {}, most)
  const none = html`<p>There is no schedule. <code>billing-sync schedules add</code> makes one.</p>`
  return {
    title: 'Schedules',
    status: 200,
    parts: [{ id: 'schedules', html: schedules.length === 0 ? none : table(schedules) }],
  }
}

function table(schedules: readonly ScheduleState[]): Html {
  return html`<p id="schedules-about">Those that need a person come first, then those that are due next.${schedules.length === most && ` The first ${most} are shown.`}</p>
<div class="wide" role="region" aria-labelledby="schedules-about" tabindex="0"><table><thead><tr><th scope="col">account</th><th scope="col">reads</th><th scope="col">state</th><th scope="col">next job</th><th scope="col">last job</th><th scope="col">last success</th><th scope="col">requests in 30 days</th></tr></thead><tbody>
${schedules.map((schedule) => html`<tr><th scope="row">${schedule.provider} ${cut(schedule.account ?? schedule.reference ?? '', 60)}<br><small>tenant <a href="/?tenant=${schedule.tenantId}">${schedule.tenantId}</a></small></th><td>${reads(schedule)}</td><td>${state(schedule)}</td><td>${next(schedule)}</td><td>${lastJob(schedule)}</td><td>${time(schedule.lastSuccessAt)}</td><td>${spends(schedule)}</td></tr>`)}
</tbody></table></div>`
}

const reads = ({ syncType, resources, everySeconds, auto }: ScheduleState) =>
  html`${syncType}, every ${ago(everySeconds)}${auto && ', chosen by its requests'}${resources && html`<br><small>${cut(resources.join(', '), 120)}</small>`}`

/** The classes are those of jobs in the same need. */
const classes = { active: 'completed', late: 'failed', paused: 'paused', refused: 'failed' } as const

const state = ({ state: word, pausedBecause, eventsSilentSince }: ScheduleState) =>
  html`<span class="${classes[word]}"><strong class="state">${word}</strong></span>${pausedBecause && html`<br><small>${cut(pausedBecause, 200)}</small>`}${eventsSilentSince && silence(eventsSilentSince)}`

const next = ({ pausedAt, nextAt }: ScheduleState) => (pausedAt === null ? time(nextAt) : 'none')

function lastJob({ lastJob: job }: ScheduleState): Html | string {
  if (!job) return 'none'
  // The database has no page of a job that no worker has seen.
  return job.status === null ? 'sent' : html`<a href="/jobs/${job.jobId}" class="${job.status}">${job.status}</a>`
}

function spends({ provider, requestsPerMonth, accountRequestsPerMonth }: ScheduleState): Html {
  const warning = overspending(provider, accountRequestsPerMonth)
  const number = requestsPerMonth === null ? 'not known yet' : count(requestsPerMonth)
  return html`${number}${warning !== null && html`<br><small>${warning}</small>`}`
}

import { problem } from './advice.ts'
import { type Content, type Html, html } from './html.ts'
import type { ShownJob, ShownResource } from './shown-job.ts'
import { count, cut, percent, rows, time } from './words.ts'

/** A job in a list: state, bars, rates, and what it waits for or failed with. */
export function jobCard(shown: ShownJob): Html {
  const { id, tenantId, provider, account, syncType } = shown.job
  return html`<article class="job ${shown.job.status}">
<h3><a href="/jobs/${id}">${provider} ${account ?? 'account not known yet'}</a> <small>${syncType}</small></h3>
<p class="ids">tenant <a href="/?tenant=${tenantId}">${tenantId}</a> <span>job ${id}</span></p>
${jobState(shown)}
</article>`
}

/** The lines that change while a job is worked on. */
export function jobState(shown: ShownJob): Html {
  const { job, error, waitingFor, resources, share, rate } = shown
  const cause = waitingFor ?? error
  return html`<p class="line"><strong class="state">${job.status}</strong> ${bar(share, 'the whole job')}
<span class="share">${share === null ? estimating(shown) : percent(share)}</span>
<span>${rows(job.fetched)}</span>${rate !== null && html` <span>${count(rate)} rows/s</span>`}${job.deleted > 0 && html` <span>${count(job.deleted)} deleted</span>`} <span>${count(job.requests)} ${job.requests === 1 ? 'request' : 'requests'}</span></p>
${sentence(shown)}
${waitingFor && html`<p>It waits since ${time(job.waitingSince)}.</p>`}
${cause && problem(cause)}
${job.finishedAt === null && resources.length > 1 && html`<ul class="bars">${resources.map(resourceBar)}</ul>`}`
}

/** Nothing is said of the total before every resource has brought a page. */
const estimating = ({ job }: ShownJob): Content => (job.finishedAt === null ? 'estimating' : '')

function resourceBar({ name, fetched, share }: ShownResource): Html {
  const isBegun = fetched > 0 || share > 0
  return html`<li><span>${cut(name, 80)}</span> ${bar(isBegun ? share : null, name)} <span class="share">${isBegun ? percent(share) : 'to come'}</span> <span>${rows(fetched)}</span></li>`
}

/** Without a share the bar is empty, and says nothing to a screen reader: the words beside it do. */
function bar(share: number | null, label: string): Html {
  if (share === null) return html`<progress max="100" value="0" aria-hidden="true"></progress>`
  return html`<progress max="100" value="${Math.floor(share * 100)}" aria-label="${cut(label, 80)}"></progress>`
}

/** When it goes on by itself, or when it ended. */
function sentence({ job }: ShownJob): Html | null {
  switch (job.status) {
    case 'pending':
      return html`<p>Another job holds its account. Its message brings it back. First seen ${time(job.createdAt)}.</p>`
    case 'paused':
      return html`<p>Out of time and sent again. Its message brings it back. Last step ${time(job.updatedAt)}.</p>`
    case 'retrying':
      return html`<p>The next attempt is after ${time(job.nextAttemptAt) ?? 'an unknown time'}.</p>`
    case 'running':
      if (job.isHeld) return html`<p>Started ${time(job.startedAt)}.</p>`
      return html`<p>Its worker gave no sign of life, and its lease ended ${time(job.leaseUntil)}. Its message brings it back.</p>`
    case 'completed':
    case 'failed':
    case 'cancelled':
      return html`<p>Ended ${time(job.finishedAt)}.</p>`
  }
}

import { and, eq } from 'drizzle-orm'
import { syncRejects } from '../../db/schema.ts'
import { findJobs, type StoredJob } from '../../operations/jobs.ts'
import { type Html, html } from '../html.ts'
import { jobState } from '../job-card.ts'
import { showJob, sortByName } from '../shown-job.ts'
import type { PageSource } from '../source.ts'
import { type StoredResult, storedResult } from '../stored.ts'
import type { Part, View } from '../view.ts'
import { cut } from '../words.ts'
import { messageView } from './message.ts'
import { resourceTable } from './resource-table.ts'
import { timeline } from './timeline.ts'

/** The most rejects that the page shows of a job. */
const mostRejects = 20

/** One job: its state, what may be done, its counts and checks, and its deliveries as far as its row tells. */
export async function jobView(
  source: PageSource,
  id: string,
  actionsOf: (job: StoredJob) => Html | null,
): Promise<View> {
  const [job] = await findJobs(source.reader, { ids: [id] }, 1)
  if (!job)
    return messageView(
      404,
      'No such job',
      'The database has no job of this id, or the login of the page does not see it.',
    )
  const shown = await showJob(job, source)
  const order = await source.resources(job.provider)
  const result = storedResult.parse(job.result)
  const parts: readonly (Part | null)[] = [
    { id: 'job', html: html`<div class="job ${job.status}">${jobState(shown)}</div>` },
    part('actions', actionsOf(job)),
    part('note', result?.note === undefined ? null : html`<p>${cut(result.note)}</p>`),
    part('resources', resourceTable(job, result, order)),
    part('checks', checks(result, order)),
    part('rejects', await rejects(source, job)),
    { id: 'timeline', html: timeline(job) },
    { id: 'request', html: request(job) },
  ]
  return {
    title: `Job of ${job.provider} ${job.account ?? ''}`.trim(),
    status: 200,
    parts: parts.filter((present) => present !== null),
  }
}

const part = (id: string, content: Html | null): Part | null => content && { id, html: content }

function checks(result: StoredResult, order: readonly string[]): Html | null {
  const checked = sortByName(Object.entries(result?.resources ?? {}), order).flatMap(([name, { proof }]) =>
    proof ? [{ name, ...proof }] : [],
  )
  if (checked.length === 0) return null
  return html`<h2 id="checks-title">Checks</h2>
<p>A full job compares the rows with what the provider listed.</p>
<div class="wide" role="region" aria-labelledby="checks-title" tabindex="0"><table><thead><tr><th scope="col">resource</th><th scope="col">listed</th><th scope="col">live rows</th><th scope="col">equal</th><th scope="col">months that differ</th></tr></thead><tbody>
${checked.map(({ name, listed, live, equal, differs }) => html`<tr><th scope="row">${cut(name, 80)}</th><td>${listed}</td><td>${live}</td><td class="${!equal && 'bad'}">${equal ? 'yes' : 'no'}</td><td>${differs.map((month) => `${month.month}: ${month.listed} listed, ${month.live} live`).join('; ')}</td></tr>`)}
</tbody></table></div>`
}

async function rejects({ reader }: PageSource, { id, tenantId, rejected }: StoredJob): Promise<Html | null> {
  if (rejected === 0) return null
  const { resource, itemKey, code, reason } = syncRejects
  const isOfJob = and(eq(syncRejects.tenantId, tenantId), eq(syncRejects.jobId, id))
  const stored = await reader.read((tx) =>
    tx.select({ resource, itemKey, code, reason }).from(syncRejects).where(isOfJob).limit(mostRejects),
  )
  return html`<h2 id="rejects-title">Items that could not be stored</h2>
<p>${stored.length < rejected ? `${stored.length} of ${rejected} are shown. ` : ''}The table sync_rejects has them with their payloads.</p>
<div class="wide" role="region" aria-labelledby="rejects-title" tabindex="0"><table><thead><tr><th scope="col">resource</th><th scope="col">item</th><th scope="col">code</th><th scope="col">reason</th></tr></thead><tbody>
${stored.map((reject) => html`<tr><th scope="row">${reject.resource}</th><td>${cut(reject.itemKey, 80)}</td><td><code>${reject.code}</code></td><td>${cut(reject.reason, 300)}</td></tr>`)}
</tbody></table></div>`
}

function request({ id, tenantId, provider, account, syncType, options }: StoredJob): Html {
  return html`<h2>Request</h2>
<dl><dt>job</dt><dd>${id}</dd><dt>tenant</dt><dd><a href="/?tenant=${tenantId}">${tenantId}</a></dd><dt>provider</dt><dd>${provider}</dd><dt>account</dt><dd>${account ?? 'not known yet'}</dd><dt>kind</dt><dd>${syncType}</dd>
<dt>options</dt><dd><code>${cut(JSON.stringify(options))}</code></dd></dl>`
}

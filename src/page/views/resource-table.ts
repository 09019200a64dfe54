import type { StoredJob } from '../../operations/jobs.ts'
import { type Html, html } from '../html.ts'
import { sortByName } from '../shown-job.ts'
import { type StoredCounts, type StoredResult, storedProgress } from '../stored.ts'
import { count, cut, percent } from '../words.ts'

const columns = ['fetched', 'created', 'updated', 'unchanged', 'deleted', 'kept', 'rejected'] as const

/** Counts of each resource: the result of a job that has ended, else how far it is. */
export function resourceTable(job: StoredJob, result: StoredResult, order: readonly string[]): Html | null {
  const progress = storedProgress.parse(job.progress)
  const ended = Object.keys(result?.resources ?? {}).length > 0
  const counts: Readonly<Record<string, StoredCounts>> = ended ? (result?.resources ?? {}) : progress
  const entries = sortByName(Object.entries(counts), order)
  if (entries.length === 0) return null
  const shareOf = (name: string) => (ended ? '' : percent(progress[name]?.share ?? 0))
  return html`<h2 id="resources-title">Resources</h2>
<div class="wide" role="region" aria-labelledby="resources-title" tabindex="0"><table><thead><tr><th scope="col">resource</th>${!ended && html`<th scope="col">done</th>`}${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${entries.map(([name, amounts]) => html`<tr><th scope="row">${cut(name, 80)}${amounts.skipped && html`<br><small>skipped: ${cut(amounts.skipped.message, 300)} (${amounts.skipped.code})</small>`}</th>${!ended && html`<td>${shareOf(name)}</td>`}${columns.map((column) => html`<td class="${column === 'rejected' && amounts[column] > 0 && 'bad'}">${count(amounts[column])}</td>`)}</tr>`)}
</tbody></table></div>`
}

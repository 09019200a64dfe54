import type { StoredJob } from '../operations/jobs.ts'
import { planRetry } from '../operations/retry.ts'
import type { Guard } from './guard.ts'
import { type Html, html } from './html.ts'
import type { PageSource } from './source.ts'
import type { Page } from './view.ts'
import { accountsView } from './views/accounts.ts'
import { jobView } from './views/job.ts'
import { jobsView, readJobsQuery } from './views/jobs.ts'
import { lettersView } from './views/letters.ts'
import { messageView } from './views/message.ts'
import { revenueView } from './views/revenue.ts'
import { readRevenueQuery } from './views/revenue-query.ts'
import { schedulesView } from './views/schedules.ts'

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const jobPath = new RegExp(`^/jobs/(${uuid})$`)

/** The page of an address. */
export function pageAt({ pathname, searchParams }: URL, source: PageSource, guard: Guard): Page {
  const everyMs = 250
  if (pathname === '/') {
    const query = readJobsQuery(searchParams)
    if (typeof query === 'string') return said(400, 'The address is wrong', query)
    return { everyMs, make: () => jobsView(source, query) }
  }
  const id = jobPath.exec(pathname)?.[1]
  if (id !== undefined) return { everyMs, make: () => jobView(source, id, (job) => actionsOf(job, source, guard)) }
  // It reads each account.
  if (pathname === '/accounts') return { everyMs: 10_000, make: () => accountsView(source) }
  if (pathname === '/schedules') return { everyMs: 10_000, make: () => schedulesView(source) }
  if (pathname === '/revenue') {
    const query = readRevenueQuery(searchParams)
    if (typeof query === 'string') return said(400, 'The address is wrong', query)
    // It adds up the history of an account.
    return { everyMs: 30_000, make: () => revenueView(source, query) }
  }
  // A look hides the letters of some queues for a moment.
  if (pathname === '/letters') return { everyMs: 30_000, make: () => lettersView(source, redriveForm(source, guard)) }
  return said(404, 'No such page', 'There is no page at this address.')
}

const said = (status: 400 | 404, title: string, sentence: string): Page => ({
  everyMs: 60_000,
  make: async () => messageView(status, title, sentence),
})

function redriveForm({ actions }: PageSource, guard: Guard): Html | null {
  if (!actions?.redrive) return null
  return html`<form method="post" action="/letters/redrive"><input type="hidden" name="key" value="${guard.formKey('redrive letters')}"><button>Send the letters back to the queue</button></form>`
}

/** What can be done with a job now, as forms; null where the page only shows. */
function actionsOf(job: StoredJob, { actions }: PageSource, guard: Guard): Html | null {
  if (!actions) return null
  const form = (action: string, words: string): Html =>
    html`<form method="post" action="/jobs/${job.id}/${action}"><input type="hidden" name="key" value="${guard.formKey(`${action} ${job.id}`)}"><button>${words}</button></form>`
  const retry = actions.retry && job.status === 'failed' ? planRetry(job) : null
  const forms = [
    ...(job.finishedAt === null ? [form('cancel', 'Cancel the job')] : []),
    ...(retry?.kind === 'send' ? [form('retry', 'Send the job again')] : []),
    ...(retry?.kind === 'refused' ? [html`<p>It cannot be sent again from here. ${retry.reason}</p>`] : []),
  ]
  return forms.length === 0 ? null : html`<div class="actions">${forms}</div>`
}

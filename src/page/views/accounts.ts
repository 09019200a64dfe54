import { type AccountState, findAccounts } from '../../operations/accounts.ts'
import { type Html, html } from '../html.ts'
import type { PageSource } from '../source.ts'
import type { View } from '../view.ts'
import { ago, cut, silence, time } from '../words.ts'

/** Accounts that are shown. */
const most = 200

/** Accounts, those whose last success is oldest first. */
export async function accountsView({ reader }: PageSource): Promise<View> {
  const accounts = await findAccounts(reader, {}, most)
  return {
    title: 'Accounts',
    status: 200,
    parts: [{ id: 'accounts', html: accounts.length === 0 ? html`<p>No account is known yet.</p>` : table(accounts) }],
  }
}

function table(accounts: readonly AccountState[]): Html {
  return html`<p id="accounts-about">The account whose last success is oldest comes first.${accounts.length === most && ` The first ${most} are shown.`}</p>
<div class="wide" role="region" aria-labelledby="accounts-about" tabindex="0"><table><thead><tr><th scope="col">account</th><th scope="col">last full job</th><th scope="col">last incremental job</th><th scope="col">complete up to</th><th scope="col">last job</th></tr></thead><tbody>
${accounts.map((account) => html`<tr><th scope="row">${account.provider} ${account.account}<br><small>tenant <a href="/?tenant=${account.tenantId}">${account.tenantId}</a></small></th><td>${success(account.lastFullAge)}</td><td>${success(account.lastIncrementalAge)}</td><td>${time(account.cursor)}</td><td>${lastJob(account)}</td></tr>`)}
</tbody></table></div>`
}

const success = (age: number | null) => (age === null ? 'none' : `${ago(age)} ago`)

function lastJob({ lastJob: job, eventsSilentSince }: AccountState): Html | null {
  if (!job) return null
  const { jobId, status, error } = job
  return html`<a href="/jobs/${jobId}" class="${status}">${status}</a>${error && html`<br><small>${cut(error.message, 200)} <code>${error.code}</code></small>`}${eventsSilentSince && silence(eventsSilentSince)}`
}

import type { Letter } from '../../operations/dead-letters.ts'
import { type Html, html } from '../html.ts'
import type { PageSource } from '../source.ts'
import type { View } from '../view.ts'
import { count, cut } from '../words.ts'

/** Dead letters that are shown. */
export const mostLetters = 200

/** Dead letters, oldest first: why each died, whose job it was, and what becomes of it. `form` sends them back. */
export async function lettersView({ letters }: PageSource, form: Html | null): Promise<View> {
  const shown = await letters?.()
  const title = 'Dead letters'
  if (!shown) {
    const sentence = letters
      ? 'The queue does not answer. Load the page again.'
      : 'The page knows no queue. Set Queue.Url, and the queue of dead letters.'
    return { title, status: 200, parts: [{ id: 'letters', html: html`<p>${sentence}</p>` }] }
  }
  const sendable = shown.filter(({ isRedacted }) => !isRedacted).length
  return {
    title,
    status: 200,
    parts: [
      ...(form && sendable > 0 ? [{ id: 'actions', html: html`<div class="actions">${form}</div>` }] : []),
      { id: 'letters', html: shown.length === 0 ? html`<p>There is no dead letter.</p>` : table(shown, sendable) },
    ],
  }
}

/** What became of a redrive, in sentences. */
export function redriven({ sent, left }: { readonly sent: number; readonly left: readonly Letter[] }): string {
  const stay = `${count(left.length)} stay, because their secrets were taken out. Mend what their reasons say, and send these jobs again from their senders.`
  return `${count(sent)} dead letters are back in the queue.${left.length === 0 ? '' : ` ${stay}`}`
}

function table(letters: readonly Letter[], sendable: number): Html {
  return html`<p id="letters-about">${count(sendable)} of ${count(letters.length)} can be sent back.${letters.length === mostLetters && ` The first ${mostLetters} are shown.`} Mend the cause before that.</p>
<div class="wide" role="region" aria-labelledby="letters-about" tabindex="0"><table><thead><tr><th scope="col">message</th><th scope="col">reason</th><th scope="col">job</th><th scope="col">tenant</th><th scope="col">can be sent back</th></tr></thead><tbody>
${letters.map(row)}
</tbody></table></div>`
}

function row({ messageId, code, reason, jobId, tenantId, isRedacted }: Letter): Html {
  const why = html`${cut(reason || 'The worker gave no reason: its workers died, or the queue gave the message up.', 300)} <code>${cut(code, 80)}</code>`
  const job = jobId === null ? 'not known' : html`<a href="/jobs/${jobId}">${jobId}</a>`
  const tenant = tenantId === null ? 'not known' : html`<a href="/?tenant=${tenantId}">${tenantId}</a>`
  const fate = isRedacted ? 'no: its secrets were taken out, so its sender sends the job again' : 'yes'
  return html`<tr><th scope="row">${cut(messageId, 80)}</th><td>${why}</td><td>${job}</td><td>${tenant}</td><td>${fate}</td></tr>`
}

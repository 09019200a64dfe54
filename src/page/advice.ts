import { errorCodes } from '../error-codes/error-codes.ts'
import { type Content, type Html, html } from './html.ts'
import { cut } from './words.ts'

/** An error or a wait as the job's row has it. */
export interface Problem {
  readonly code: string
  readonly message: string
}

/** What happened, in the worker's words, and what to do, in those of docs/errors.md. */
export function problem({ code, message }: Problem): Html {
  const entry = Object.entries(errorCodes).find(([name]) => name === code)
  return html`<p class="problem">${cut(message)} <code>${code}</code></p>${entry && html`<p class="advice"><b>What to do:</b> ${prose(entry[1].do)}</p>`}`
}

/** Links name their document, and code is code. */
function prose(markdown: string): Content {
  const text = markdown.replaceAll(/\[([^\]]+)\]\(([^)]+)\)/g, (_, words: string, target: string) =>
    target.includes('://') ? `${words} (${target})` : `${words} (docs/${target})`,
  )
  return text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))
}

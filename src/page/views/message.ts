import { html } from '../html.ts'
import type { View } from '../view.ts'

/** A page that only says something. */
export function messageView(status: View['status'], title: string, sentence: string): View {
  return {
    title,
    status,
    parts: [{ id: 'message', html: html`<p class="${status !== 200 && 'problem'}">${sentence}</p>` }],
  }
}

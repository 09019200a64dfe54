import { redactSecrets } from '../log/redact.ts'

/** Markup that may be sent as it is. Only `html` makes it. */
export interface Html {
  readonly markup: string
}

/** `undefined`, `null` and `false` are nothing. The parts of a list follow each other. */
export type Content = Html | string | number | null | undefined | false | readonly Content[]

/** What `html` made. An object from the database may have the same keys, and is text. */
const made = new WeakSet<object>()

/** Markup with values in it. A value that `html` did not make is text: escaped, and without what looks like a secret. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  let markup = strings[0] ?? ''
  for (const [at, value] of values.entries()) markup += markupOf(value) + (strings[at + 1] ?? '')
  const content = { markup }
  made.add(content)
  return content
}

function markupOf(value: Content): string {
  if (value === undefined || value === null || value === false) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeText(value)
  if (Array.isArray(value)) return value.map(markupOf).join('')
  return made.has(value) && 'markup' in value ? value.markup : escapeText(JSON.stringify(value))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text of an element or of an attribute in quotes. Characters that turn the direction of text round are replaced. */
export function escapeText(text: string): string {
  return redactSecrets(text)
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
    .replaceAll(/[\p{Bidi_Control}\0]/gu, '\u{FFFD}')
}

import { type Html, html } from './html.ts'

/** A time as people on call compare it with a log: UTC, to the second. */
export function time(at: Date | string | null): Html | null {
  if (at === null) return null
  const iso = typeof at === 'string' ? new Date(at).toISOString() : at.toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`
}

/** A line below what it is said of. */
export const silence = (since: string): Html =>
  html`<br><small class="failed">No live event came since ${time(since)}, though jobs found new objects.</small>`

const formats = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
export const count = (value: number): string => formats.format(value)

/** 100 % is said of what is done, and of nothing before. */
export const percent = (share: number): string => `${Math.floor(share * 100)} %`

export const rows = (value: number): string => `${count(value)} ${value === 1 ? 'row' : 'rows'}`

/** An age or a length of time, in its largest unit: a text that changes rarely. */
export function ago(seconds: number): string {
  const units: readonly (readonly [name: string, seconds: number])[] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ]
  const [name, unit] = units.find(([, length]) => seconds >= length) ?? ['second', 1]
  const value = Math.max(0, Math.floor(seconds / unit))
  return `${value} ${name}${value === 1 ? '' : 's'}`
}

/** The first characters of a text that may be long. */
export const cut = (text: string, most = 1_000): string => (text.length > most ? `${text.slice(0, most)} …` : text)

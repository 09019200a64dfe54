import type { ResourceShare } from '../job/state/total-share.ts'
import { wrap } from './wrap.ts'

/** The progress of one resource. */
export interface ResourceShown extends ResourceShare {
  readonly name: string
}

export interface Shown {
  readonly fetched: number
  /** Rows marked as deleted; absent if they are not counted. */
  readonly deleted?: number
  /** Requests made; absent if they are not counted. */
  readonly requests?: number
  /** Share done, 0 to 1; null while it is a guess. */
  readonly share: number | null
  /** A line each, in this order, if there are several. */
  readonly resources?: readonly ResourceShown[]
  /** What the job waits for, in words; empty if it works. */
  readonly note?: string
}

/** The most lines of a note, so that the resources keep their place. */
const noteLinesAtMost = 3

/** The lines of the resources that fit: those being read first, then those that are done; the order stays theirs. */
export function resourceLines(resources: readonly ResourceShown[], rows: number): string[] {
  if (resources.length < 2 || rows < 2) return []
  const width = Math.max(...resources.map(({ name }) => name.length))
  const line = ({ name, fetched, share }: ResourceShown) =>
    `  ${name.padEnd(width)}  ${bar(share, 16)}  ${count(fetched).padStart(9)} rows`
  if (resources.length <= rows) return resources.map(line)
  const byInterest = [
    ...resources.filter(({ share }) => share > 0 && share < 1),
    ...resources.filter(({ share }) => share === 0),
    ...resources.filter(({ share }) => share >= 1),
  ]
  const shown = new Set(byInterest.slice(0, rows - 1))
  const hidden = resources.filter((resource) => !shown.has(resource))
  const done = hidden.filter(({ share }) => share >= 1).length
  const others = [
    ...(done > 0 ? [`${done} done`] : []),
    ...(hidden.length > done ? [`${hidden.length - done} to come`] : []),
  ]
  return [...resources.filter((resource) => shown.has(resource)).map(line), `  … and ${others.join(', ')}`]
}

/** A note in lines of at most `width` characters. */
export function noteLines(note: string | undefined, width: number): string[] {
  if (!note) return []
  return wrap(note, width - 2)
    .slice(0, noteLinesAtMost)
    .map((line) => `  ${line}`)
}

export function totalLine({ fetched, deleted = 0, requests, share }: Shown, seconds: number): string {
  const parts = [
    bar(share, 24),
    `${count(fetched)} rows`,
    `${count(Math.round(fetched / Math.max(seconds, 0.001)))} rows/s`,
    ...(deleted === 0 ? [] : [`${count(deleted)} deleted`]),
    ...(requests === undefined ? [] : [`${count(requests)} requests`]),
    `${seconds.toFixed(1)} s`,
  ]
  return `  ${parts.join('   ')}`
}

/** 100 % is said of what is done, and of nothing before. */
function bar(share: number | null, width: number): string {
  const full = Math.floor((share ?? 0) * width)
  const percent = share === null ? 'estimating' : `${String(Math.floor(share * 100)).padStart(3)} %`
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${percent}`
}

const count = (value: number) => value.toLocaleString('en')

import { createIdSet } from './id-set.ts'

/** A row that is not as the provider shows it. */
export interface Finding {
  readonly id: string
  /** The id of the object whose nested list the row is in; null if it is in none. */
  readonly parentId: string | null
  /** `missing`: listed, but not live here; `changed`: other content; `extra`: the provider no longer has it. */
  readonly kind: 'missing' | 'changed' | 'extra'
  readonly columns: readonly string[]
  /** A job without `force_refresh` does not repair it. */
  readonly needsForce: boolean
  /** No job removes it, with `force_refresh` or without. */
  readonly unremovable?: boolean
}

export interface FindingCounts {
  readonly missing: number
  readonly changed: number
  readonly extra: number
  readonly needForce: number
  readonly unremovable: number
  /** A few of the ids, with the columns that differ. */
  readonly examples: readonly string[]
}

/** The findings of a resource, an id once. */
export interface Findings {
  add(finding: Finding): void
  has(id: string): boolean
  /** Without the findings about objects that have changed since the last sync. */
  count(changedSince: (finding: Finding) => boolean): FindingCounts
  size(): number
}

/** Findings that are kept one by one. Beyond, they are only counted: a copy with so many was never right. */
const keptAtMost = 10_000
const examplesAtMost = 5

export function createFindings(): Findings {
  const ids = createIdSet()
  const findings: Finding[] = []
  const beyond = { missing: 0, changed: 0, extra: 0, needForce: 0, unremovable: 0 }
  return {
    add(finding) {
      if (!ids.add(finding.id)) return
      if (findings.length < keptAtMost) findings.push(finding)
      else addTo(beyond, finding)
    },
    has: ids.has,
    size: ids.size,
    count(changedSince) {
      const sum = { ...beyond }
      const remaining = findings.filter((finding) => !changedSince(finding))
      for (const finding of remaining) addTo(sum, finding)
      return { ...sum, examples: remaining.slice(0, examplesAtMost).map(describe) }
    },
  }
}

type Sum = { -readonly [Count in Exclude<keyof FindingCounts, 'examples'>]: number }

function addTo(sum: Sum, finding: Finding): void {
  sum[finding.kind]++
  if (finding.needsForce) sum.needForce++
  if (finding.unremovable) sum.unremovable++
}

const describe = ({ id, columns }: Finding) => (columns.length > 0 ? `${id} (${columns.join(', ')})` : id)

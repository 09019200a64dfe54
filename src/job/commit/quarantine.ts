import { classify, codeOf } from '../../db/errors.ts'
import type { Database } from '../../db/open.ts'
import { guarded } from '../../db/tenant.ts'
import type { Written } from '../../db/upsert.ts'
import { RawJson } from '../../json/raw-json.ts'
import { type ObservedRow, type Reject, rejectItem } from '../../sync/rows.ts'

/**
 * What is known of a batch's rows since Postgres refused some of them. It outlives the transactions it was found out in, so
 * that a search is gone on with where its connection breaks, and ends even where none holds out to its end.
 */
export interface Findings {
  /** A value was refused: rows are written behind savepoints from now on. */
  careful: boolean
  readonly refused: Map<ObservedRow, Reject>
  readonly good: Set<ObservedRow>
  /** How much was found out: a search that gets on is not given up. */
  learned: number
  /** Groups of which some row is refused, or that are halves of such. */
  suspects: (readonly ObservedRow[])[]
}

export const openFindings = (): Findings => ({
  careful: false,
  learned: 0,
  refused: new Map(),
  good: new Set(),
  suspects: [],
})

interface Search {
  readonly rows: readonly ObservedRow[]
  write(rows: readonly ObservedRow[]): Promise<Written>
  readonly findings: Findings
}

/** Writes all rows but those that Postgres refuses, which are found by halving. */
export async function bisect(
  tx: Database,
  { rows, write, findings }: Search,
): Promise<Written & { readonly refused: readonly Reject[] }> {
  const { good, refused } = findings
  const sum = { created: 0, updated: 0 }
  const queue = begin(rows, findings)
  for (let group = queue.shift(); group; group = queue.shift()) {
    const written = await attempt(tx, group, write)
    const [only] = group
    if (!('why' in written)) {
      sum.created += written.created
      sum.updated += written.updated
      if (group.some((row) => !good.has(row))) findings.learned++
      for (const row of group) good.add(row)
      replace(findings, group, [])
    } else if (only && group.length === 1) {
      findings.learned++
      refused.set(only, rejectRow(only, written.why))
      replace(findings, group, [])
    } else {
      const middle = Math.ceil(group.length / 2)
      const halves = [group.slice(0, middle), group.slice(middle)]
      findings.learned++
      for (const row of group) good.delete(row)
      replace(findings, group, halves)
      queue.unshift(...halves)
    }
  }
  return { ...sum, refused: rows.flatMap((row) => refused.get(row) ?? []) }
}

/** What is known to be good in one statement, what nothing is known of in another, and each suspect group by itself. */
function begin(rows: readonly ObservedRow[], findings: Findings): (readonly ObservedRow[])[] {
  const { good, refused } = findings
  const own = new Set(rows)
  const groups = findings.suspects.filter((group) => group.some((row) => own.has(row)))
  const suspects = groups.map((group) => group.filter((row) => own.has(row)))
  findings.suspects = [...findings.suspects.filter((group) => !groups.includes(group)), ...suspects]
  const suspected = new Set(suspects.flat())
  const rest = rows.filter((row) => !refused.has(row) && !suspected.has(row))
  const [known, unknown] = [rest.filter((row) => good.has(row)), rest.filter((row) => !good.has(row))]
  return [known, unknown, ...suspects].filter(({ length }) => length > 0)
}

function replace(findings: Findings, group: readonly ObservedRow[], by: readonly (readonly ObservedRow[])[]): void {
  findings.suspects = [...findings.suspects.filter((one) => one !== group), ...by]
}

async function attempt(
  tx: Database,
  group: readonly ObservedRow[],
  write: Search['write'],
): Promise<Written | { readonly why: Pick<Reject, 'code' | 'reason'> }> {
  try {
    return await guarded(tx, () => write(group))
  } catch (error) {
    if (classify(error) !== 'data') throw error
    return { why: whyRefused(error) }
  }
}

/** The payload as it was sent: a number that is refused because of its size is not one that JSON can be written of again. */
function rejectRow({ resource, raw }: ObservedRow, why: Pick<Reject, 'code' | 'reason'>): Reject {
  if (!(raw instanceof RawJson)) return rejectItem(resource, raw, why)
  const payload = raw.bytes.toString('utf8').slice(0, 65_536)
  return { ...rejectItem(resource, raw.value(), why), payload }
}

function whyRefused(error: unknown): Pick<Reject, 'code' | 'reason'> {
  const code = codeOf(error)
  return code
    ? { code, reason: `Postgres refuses a value of this item (SQLSTATE ${code})` }
    : { code: 'too_deep', reason: 'the item is nested too deep to be written as JSON' }
}

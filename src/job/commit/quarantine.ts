import { classify, codeOf } from '../../db/errors.ts'
import { guarded } from '../../db/guarded.ts'
import type { Database } from '../../db/open.ts'
import { addWritten, type Written } from '../../db/upsert.ts'
import { RawJson } from '../../json/raw-json.ts'
import { type ObservedRow, type Reject, rejectItem } from '../../sync/rows.ts'

/**
 * The state of the search for rows that Postgres refuses. It outlives transactions: after a broken connection the
 * search resumes, so that it ends even if each connection is short.
 */
export interface Quarantine {
  /** True after a value was refused. Rows are then written behind savepoints. */
  isolate: boolean
  readonly refused: Map<ObservedRow, Reject>
  readonly good: Set<ObservedRow>
  /** The steps of the search so far. A search with progress is retried. */
  progress: number
  /** Groups still to search: each has a refused row or is half of such a group. */
  pending: (readonly ObservedRow[])[]
}

export const openQuarantine = (): Quarantine => ({
  isolate: false,
  progress: 0,
  refused: new Map(),
  good: new Set(),
  pending: [],
})

interface Search {
  readonly rows: readonly ObservedRow[]
  write(rows: readonly ObservedRow[]): Promise<Written>
  readonly quarantine: Quarantine
}

/** Writes all rows except those that Postgres refuses, which it finds by halving. */
export async function bisect(
  tx: Database,
  { rows, write, quarantine }: Search,
): Promise<Written & { readonly refused: readonly Reject[] }> {
  const { good, refused } = quarantine
  let sum: Written = { created: 0, updated: 0 }
  const queue = begin(rows, quarantine)
  for (let group = queue.shift(); group; group = queue.shift()) {
    const written = await attempt(tx, group, write)
    const [row] = group
    if (!('refusal' in written)) {
      sum = addWritten(sum, written)
      if (group.some((row) => !good.has(row))) quarantine.progress++
      for (const row of group) good.add(row)
      replace(quarantine, group, [])
    } else if (row && group.length === 1) {
      quarantine.progress++
      refused.set(row, rejectRow(row, written.refusal))
      replace(quarantine, group, [])
    } else {
      const middle = Math.ceil(group.length / 2)
      const halves = [group.slice(0, middle), group.slice(middle)]
      quarantine.progress++
      for (const row of group) good.delete(row)
      replace(quarantine, group, halves)
      queue.unshift(...halves)
    }
  }
  return { ...sum, refused: rows.flatMap((row) => refused.get(row) ?? []) }
}

/** The first groups: the good rows, the untried rows, and each pending group. */
function begin(rows: readonly ObservedRow[], quarantine: Quarantine): (readonly ObservedRow[])[] {
  const { good, refused } = quarantine
  const offered = new Set(rows)
  const groups = quarantine.pending.filter((group) => group.some((row) => offered.has(row)))
  const pending = groups.map((group) => group.filter((row) => offered.has(row)))
  quarantine.pending = [...quarantine.pending.filter((group) => !groups.includes(group)), ...pending]
  const pendingRows = new Set(pending.flat())
  const rest = rows.filter((row) => !refused.has(row) && !pendingRows.has(row))
  const [storable, untried] = [rest.filter((row) => good.has(row)), rest.filter((row) => !good.has(row))]
  return [storable, untried, ...pending].filter(({ length }) => length > 0)
}

function replace(quarantine: Quarantine, group: readonly ObservedRow[], by: readonly (readonly ObservedRow[])[]): void {
  quarantine.pending = [...quarantine.pending.filter((other) => other !== group), ...by]
}

async function attempt(
  tx: Database,
  group: readonly ObservedRow[],
  write: Search['write'],
): Promise<Written | { readonly refusal: Pick<Reject, 'code' | 'reason'> }> {
  try {
    return await guarded(tx, () => write(group))
  } catch (error) {
    if (classify(error) !== 'data') throw error
    return { refusal: describeRefusal(error) }
  }
}

/**
 * The payload as it was sent: a number that is refused because of its size is not one that JSON can be written of
 * again.
 */
function rejectRow({ resource, raw, row: { id } }: ObservedRow, refusal: Pick<Reject, 'code' | 'reason'>): Reject {
  if (!(raw instanceof RawJson)) return rejectItem(resource, raw, { ...refusal, id })
  const payload = raw.bytes.toString('utf8').slice(0, 65_536)
  return { ...rejectItem(resource, raw.value(), { ...refusal, id }), payload }
}

function describeRefusal(error: unknown): Pick<Reject, 'code' | 'reason'> {
  const code = codeOf(error)
  return code
    ? {
        code,
        reason: `item: Postgres refuses a value of it (SQLSTATE ${code}). Look at its payload, and report a bug if its values are right.`,
      }
    : {
        code: 'too_deep',
        reason: 'item: it is nested too deep to be written as JSON. Shorten its metadata at the provider.',
      }
}

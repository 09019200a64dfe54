import type { AccountKey } from '../db/account-key.ts'
import { findDifferences } from '../db/differences.ts'
import type { TenantDatabase } from '../db/open.ts'
import { findExtraChildren } from '../db/stored-rows.ts'
import type { Ownership } from '../erasure/ownership.ts'
import type { ChildSet, ObservedRow, PageContent } from '../sync/rows.ts'
import type { Findings } from './findings.ts'
import { findErased, findRejected } from './not-stored.ts'

/** What comparing a resource or a nested list has come to. */
export interface Tally {
  readonly findings: Findings
  /** Items of a nested list. */
  listed: number
  /** Listed, and not to be here. */
  erased: number
  /** Listed, and impossible to store. */
  rejected: number
}

export interface Comparing {
  readonly db: TenantDatabase
  readonly owner: AccountKey
  readonly ownership: Ownership
  /** Objects created from this second on are not compared. */
  readonly before: number
  /** Of a resource or nested list. */
  tally(resource: string): Tally
  /** What is found needs `force_refresh`, whatever it is. */
  readonly onlyForced?: boolean
}

/** Compares what the provider shows with the stored rows: each row's content, and each nested list as a whole. */
export async function compareContent(
  { rows, childSets }: Pick<PageContent, 'rows' | 'childSets'>,
  comparing: Comparing,
): Promise<void> {
  const parents = new Map(childSets.map(({ resource, parent }) => [resource, parent]))
  for (const group of groups(
    rows,
    ({ resource, embedded = false, derived = false }) => `${embedded} ${derived} ${resource}`,
  ))
    await compareRows(group, parents, comparing)
  for (const group of groups(childSets, ({ resource }) => resource)) await compareNested(group, comparing)
}

async function compareRows(
  rows: readonly [ObservedRow, ...ObservedRow[]],
  parents: ReadonlyMap<string, string>,
  comparing: Comparing,
): Promise<void> {
  const [{ resource, table, embedded = false, derived = false }] = rows
  const { db, owner } = comparing
  const sum = comparing.tally(resource)
  const rowDifferences = await db.read((tx) => findDifferences(tx, { ...owner, table, rows, embedded, derived }))
  const differences = new Map(rowDifferences.map((difference) => [difference.id, difference]))
  const differing = rows.filter(({ row }) => differences.has(row.id) && !isNewer(row, comparing.before))
  if (differing.length === 0) return
  const { erased, rejected } = await findExcluded(differing, comparing)
  const parent = parents.get(resource)
  for (const { row } of differing) {
    const difference = differences.get(row.id)
    if (!difference) continue
    differences.delete(row.id)
    const { id, kind, columns, needsForce } = difference
    if (kind !== 'changed' && erased.has(id)) sum.erased++
    else if (rejected.has(id)) sum.rejected++
    else {
      const parentId = parent === undefined ? null : String(Reflect.get(row, parent))
      const finding = { id, parentId, needsForce }
      if (kind === 'changed') sum.findings.add({ ...finding, kind, columns })
      else sum.findings.add({ ...finding, kind: 'missing', columns: [] })
    }
  }
}

/** Created since the last sync: seen in lists that cannot be asked for older items alone. */
function isNewer({ createdAt }: ObservedRow['row'], before: number): boolean {
  return createdAt instanceof Date && createdAt.getTime() >= before * 1_000
}

async function findExcluded(rows: readonly ObservedRow[], { db, owner, ownership }: Comparing) {
  const resource = rows[0]?.resource ?? ''
  const ids = rows.map(({ row }) => row.id)
  return await db.read(async (tx) => ({
    erased: await findErased(tx, owner, { rows, ownership }),
    rejected: await findRejected(tx, owner, { resource, ids }),
  }))
}

async function compareNested(
  childSets: readonly [ChildSet, ...ChildSet[]],
  { db, owner, tally, onlyForced = false }: Comparing,
): Promise<void> {
  const [{ resource: name, table, parent }] = childSets
  const sum = tally(name)
  const lists = childSets.map(({ parentId, ids }) => ({ parentId, ids }))
  const extra = await db.read((tx) => findExtraChildren(tx, { name, table, parent }, { ...owner, lists }))
  sum.listed += childSets.reduce((count, { ids }) => count + ids.length, 0)
  for (const { id, parentId, observedAt } of extra) {
    const shown = childSets.find((childSet) => childSet.parentId === parentId)
    const needsForce = onlyForced || shown === undefined || observedAt > shown.observedAt
    sum.findings.add({ id, parentId, kind: 'extra', columns: [], needsForce })
  }
}

function groups<Member>(
  members: readonly Member[],
  keyOf: (member: Member) => string,
): Iterable<readonly [Member, ...Member[]]> {
  const perKey = new Map<string, [Member, ...Member[]]>()
  for (const member of members) {
    const key = keyOf(member)
    const group = perKey.get(key)
    if (group) group.push(member)
    else perKey.set(key, [member])
  }
  return perKey.values()
}

import { getTableName } from 'drizzle-orm'
import { discountFromOpenJobs } from './open-jobs.ts'
import { collectErased } from './owned.ts'
import { type OwnedRow, readPortion, removeRows } from './owned-rows.ts'
import type { OwnedTable } from './ownership.ts'
import type { Pass } from './pass.ts'
import { eraseRejects } from './rejects.ts'
import { placeTombstones } from './tombstones.ts'

/** Makes one pass over all tables and rejects. Returns whether it erased anything, or in a dry run found anything to erase. */
export async function passOver(pass: Pass): Promise<boolean> {
  let sum = 0
  for (const table of pass.ownership.tables) {
    for (let after: OwnedRow | undefined; ; ) {
      const limit = pass.portion ?? 5_000
      const rows = await pass.within((tx) => readPortion(tx, { ...pass.account, table, after, limit }))
      sum += await eraseAmong(rows, table, pass)
      after = rows.at(-1)
      if (rows.length < limit) break
    }
  }
  return sum + (await eraseRejects(pass)) > 0
}

async function eraseAmong(rows: readonly OwnedRow[], { table }: OwnedTable, pass: Pass): Promise<number> {
  const { account, hash, erased, counted, dryRun } = pass
  const name = getTableName(table)
  const newIds: string[] = []
  const isErased = (id: string) => erased.has(hash(id))
  const candidates = rows.filter(
    ({ account: accountName, resource, id }) => !counted.has(`${accountName} ${resource} ${id}`),
  )
  const doomed = [
    ...collectErased(candidates, isErased, (ids) => {
      for (const id of ids) erased.add(hash(id))
      newIds.push(...ids)
    }),
  ]
  if (doomed.length === 0) return 0
  if (dryRun) {
    for (const { account: accountName, resource, id } of doomed) counted.add(`${accountName} ${resource} ${id}`)
    pass.count(name, doomed.length)
    await pass.onFound?.({ kind: 'rows', table, rows: doomed })
    return doomed.length
  }
  const removed = await pass.within(async (tx) => {
    await placeTombstones(tx, account, newIds.map(hash))
    await discountFromOpenJobs(tx, account, doomed)
    return removeRows(tx, table, { ...account, rows: doomed })
  })
  pass.count(name, removed)
  return doomed.length
}

import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Database } from '../../../src/db/open.ts'
import { customers } from '../../../src/db/schema.ts'
import { bisect, openQuarantine } from '../../../src/job/commit/quarantine.ts'
import type { ObservedRow } from '../../../src/sync/rows.ts'
import { openTestDatabase } from '../../support/database.ts'

const rows = Array.from({ length: 9 }, (_, at): ObservedRow => {
  const id = `cus_${at}`
  return { resource: 'customers', table: customers, row: { id }, raw: { id }, observedAt: new Date(0) } as ObservedRow
})

const idsOf = (group: readonly ObservedRow[]) => group.map(({ row }) => row.id)

/** Searches in a transaction. Postgres refuses a value of these rows; any other trouble comes from `before`. */
async function search(refused: readonly string[], before: (group: readonly ObservedRow[]) => void = () => {}) {
  const { db } = await openTestDatabase()
  const quarantine = openQuarantine()
  const groups: string[][] = []
  const write = (tx: Database) => async (group: readonly ObservedRow[]) => {
    groups.push(idsOf(group))
    before(group)
    for (const id of idsOf(group)) if (refused.includes(id)) await tx.execute(sql`select ${id}::int`)
    return { created: group.length, updated: 0 }
  }
  const result = db.transaction((tx) => bisect(tx, { rows, write: write(tx), quarantine }))
  return { result, quarantine, groups }
}

test('rows that Postgres refuses are found by halving, each with its SQLSTATE, and the others are written', async () => {
  const { result, groups } = await search(['cus_2', 'cus_7'])
  expect(await result).toMatchObject({
    created: 7,
    refused: [
      { itemKey: 'cus_2', code: '22P02' },
      { itemKey: 'cus_7', code: '22P02' },
    ],
  })
  expect(groups.length).toBeLessThan(2 * rows.length)
})

test.each([
  ['a broken connection', Object.assign(new Error('terminating connection'), { code: '57P01' })],
  ['a missing permission', Object.assign(new Error('permission denied'), { code: '42501' })],
  ['a bug', new TypeError('row is undefined')],
])('%s refuses no row: the search ends with that error', async (_, error) => {
  const { result, quarantine } = await search([], () => {
    throw error
  })
  await expect(result).rejects.toBe(error)
  expect(quarantine.refused.size).toBe(0)
})

test('a search that is broken off goes on from the groups that are left', async () => {
  const { db } = await openTestDatabase()
  const quarantine = openQuarantine()
  let statements = 0
  const tries: number[] = []
  for (let ended = false; !ended && tries.length < 40; ) {
    let sizes = 0
    const write = (tx: Database) => async (group: readonly ObservedRow[]) => {
      sizes += group.length
      if (++statements % 4 === 0) throw Object.assign(new Error('lost'), { code: '57P01' })
      if (idsOf(group).includes('cus_4')) await tx.execute(sql`select 'x'::int`)
      return { created: group.length, updated: 0 }
    }
    ended = await db
      .transaction((tx) => bisect(tx, { rows, write: write(tx), quarantine }))
      .then(({ refused }) => refused.map(({ itemKey }) => itemKey).join() === 'cus_4')
      .catch(() => false)
    tries.push(sizes)
  }
  expect([...quarantine.refused.keys()].map(({ row }) => row.id)).toEqual(['cus_4'])
  expect(quarantine.pending).toEqual([])
  expect(quarantine.good.size).toBe(8)
})

test.each([1, 2, 3, 4, 5, 6, 7])(
  'a search that is broken off at its statement %i writes each row once when it goes on, and splits no group again',
  async (broken) => {
    const { db } = await openTestDatabase()
    const quarantine = openQuarantine()
    let statements = 0
    let groups: string[][] = []
    const write = (tx: Database) => async (group: readonly ObservedRow[]) => {
      if (++statements === broken) throw Object.assign(new Error('lost'), { code: '57P01' })
      groups.push(idsOf(group))
      if (idsOf(group).includes('cus_1')) await tx.execute(sql`select 'x'::int`)
      return { created: group.length, updated: 0 }
    }
    const search = () => db.transaction((tx) => bisect(tx, { rows, write: write(tx), quarantine }))
    await expect(search()).rejects.toThrow('lost')
    const before = groups.map((group) => group.join())
    groups = []
    expect(await search()).toMatchObject({ created: 8, refused: [{ itemKey: 'cus_1' }] })
    const refusedAgain = groups.filter((group) => group.includes('cus_1') && before.includes(group.join()))
    expect(refusedAgain).toEqual([])
  },
)

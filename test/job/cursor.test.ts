import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { cursorMoves, type Move, readCursors } from '../../src/job/cursor.ts'
import { openTestDatabase } from '../support/database.ts'

const now = () => Math.floor(Date.now() / 1_000)
const never: Omit<Move, 'second'> = { resources: [], refused: [], known: null }

async function open() {
  const { db, tenant } = await openTestDatabase()
  const tenantId = randomUUID()
  const key = { tenantId, provider: 'stripe', account: 'acct_1' }
  return {
    read: () => readCursors(tenant(tenantId), key),
    /** How many parts the statement got. */
    async move(move: Partial<Move>) {
      const parts = cursorMoves(db, { ...key, jobId: randomUUID() }, { ...never, second: 1_000, ...move })
      if (parts.length > 0)
        await db
          .with(...parts)
          .select({ one: sql`1` })
          .from(sql`(select 1) as one`)
      return parts.length
    },
  }
}

test('a cursor moves on and never back', async () => {
  const { move, read } = await open()
  const at = now() - 1_000
  for (const second of [at, at + 10, at - 10]) await move({ second, resources: ['customers'] })
  expect((await read()).cursors).toEqual({ customers: { second: at + 10, refusedSince: null } })
})

test('a cursor of the same second is written once more, with the events that are applied', async () => {
  const { move, read } = await open()
  await move({ second: 1_000, resources: ['invoices'], known: { since: 5, ids: ['evt_1'] } })
  await move({ second: 1_000, known: { since: 5, ids: ['evt_1', 'evt_2'] } })
  expect((await read()).known).toEqual({ since: 5, ids: ['evt_1', 'evt_2'] })
})

test('a cursor from the future goes back, and one that is ahead by no more than clocks differ does not', async () => {
  const { move, read } = await open()
  const second = now()
  await move({ second: second + 86_400, resources: ['customers'] })
  await move({ second: second + 60, resources: ['invoices'] })
  await move({ second, resources: ['customers', 'invoices'] })
  const { cursors } = await read()
  expect([cursors.customers?.second, cursors.invoices?.second]).toEqual([second, second + 60])
})

test('a resource that is refused keeps its cursor and the time since which it is refused, until it is read again', async () => {
  const { move, read } = await open()
  await move({ second: 1_000, resources: ['customers', 'invoices'] })
  await move({ second: 2_000, resources: ['invoices'], refused: ['customers'] })
  const { cursors } = await read()
  expect(cursors).toMatchObject({ customers: { second: 1_000 }, invoices: { second: 2_000, refusedSince: null } })
  expect(cursors.customers?.refusedSince).toBeGreaterThan(now() - 600)
  await move({ second: 3_000, resources: ['customers'] })
  expect((await read()).cursors.customers).toEqual({ second: 3_000, refusedSince: null })
})

test('a job that read nothing and was refused nothing moves nothing', async () => {
  const { move } = await open()
  expect(await move({})).toBe(0)
  expect(await move({ resources: ['customers'] })).toBe(1)
  expect(await move({ refused: ['customers'] })).toBe(1)
})

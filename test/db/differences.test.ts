import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { findDifferences } from '../../src/db/differences.ts'
import { customers, prices } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import { openTestDatabase } from '../support/database.ts'

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
const into = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }

interface Price {
  readonly id?: string
  readonly amount?: number
  readonly inline?: boolean
  readonly second?: number
  readonly extended?: boolean
}
const price = ({ id = 'p', amount = 1, inline = false, second = 5, extended }: Price = {}) => ({
  row: { id, inline, unitAmount: amount },
  raw: { amount },
  observedAt: at(second),
  ...(extended && { extended }),
})

async function setup() {
  const { db, query } = await openTestDatabase()
  return {
    db,
    query,
    store: (shown: Price = {}, more: object = {}) =>
      upsert(db, { table: prices, ...into, rows: [price(shown)], ...more }),
    compare: (shown: Price | readonly Price[] = {}, more: object = {}) =>
      findDifferences(db, {
        ...{ table: prices, ...into, embedded: false, derived: false, ...more },
        rows: [shown].flat().map((each) => price(each as Price)),
      }),
  }
}
const changed = (columns: readonly string[], needsForce: boolean) => [{ id: 'p', kind: 'changed', columns, needsForce }]

describe('a row that is compared with what the provider shows', () => {
  it('is equal in its columns and its payload, whenever either was seen', async () => {
    const { store, compare } = await setup()
    await store()
    expect(await compare()).toEqual([])
    expect(await compare({ second: 9 })).toEqual([])
    expect(await compare({ second: 1 })).toEqual([])
  })

  it('is missing, and so is one of another tenant, provider or account', async () => {
    const { store, compare } = await setup()
    for (const other of [{ tenantId: randomUUID() }, { provider: 'square' }, { account: 'acct_2' }])
      await store({}, other)
    await store({ id: 'q' })
    expect(await compare()).toEqual([{ id: 'p', kind: 'missing', columns: [], needsForce: false }])
  })

  it('is marked as deleted although it is equal, and a job writes it', async () => {
    const { store, compare, query } = await setup()
    await store()
    await query('update prices set deleted_at = $1', [at(5)])
    expect(await compare()).toEqual([{ id: 'p', kind: 'deleted', columns: [], needsForce: false }])
  })

  it('has another payload: a job writes it, unless the row was seen later', async () => {
    const { store, compare } = await setup()
    await store()
    expect(await compare({ amount: 2, second: 6 })).toEqual(changed(['unit_amount', 'raw'], false))
    expect(await compare({ amount: 2, second: 5 })).toEqual(changed(['unit_amount', 'raw'], false))
    expect(await compare({ amount: 2, second: 4 })).toEqual(changed(['unit_amount', 'raw'], true))
  })

  it('has another column though the payload is the same: a job leaves it as it is, unless the column stands outside of the payload', async () => {
    const { store, compare, query } = await setup()
    await store()
    await query('update prices set unit_amount = 7')
    expect(await compare()).toEqual(changed(['unit_amount'], true))
    expect(await compare({ extended: true })).toEqual(changed(['unit_amount'], false))
  })

  it('is compared with the latest of several snapshots', async () => {
    const { store, compare } = await setup()
    await store({ amount: 3 })
    expect(
      await compare([
        { amount: 3, second: 8 },
        { amount: 2, second: 7 },
      ]),
    ).toEqual([])
  })
})

it('a row whose payload was changed here is written by a job, though the provider sends the same bytes; past the triggers only by a forced one', async () => {
  const { db, query } = await setup()
  const rows = [{ ...price(), raw: RawJson.of(Buffer.from('{"amount":1}')) }]
  const compared = { table: prices, ...into, embedded: false, derived: false, rows }
  await upsert(db, { table: prices, ...into, rows })
  await query('alter table prices disable trigger user')
  await query(`update prices set raw = '{"amount":9}'`)
  expect(await findDifferences(db, compared)).toEqual(changed(['raw'], true))
  expect(await upsert(db, { table: prices, ...into, rows })).toMatchObject({ updated: 0 })
  await query('alter table prices enable trigger user')
  await query(`update prices set raw = '{"amount":8}'`)
  expect(await findDifferences(db, compared)).toEqual(changed(['raw'], false))
  expect(await upsert(db, { table: prices, ...into, rows })).toMatchObject({ updated: 1 })
})

describe('a row that is found inside another item', () => {
  it('is not compared where a list shows it', async () => {
    const { store, compare } = await setup()
    await store()
    expect(await compare({ amount: 2, inline: true, second: 9 }, { embedded: true })).toEqual([])
  })

  it('is compared where no list shows it, and no job writes it again', async () => {
    const { store, compare } = await setup()
    await store({ inline: true })
    expect(await compare({ inline: true }, { embedded: true })).toEqual([])
    expect(await compare({ amount: 2, inline: true, second: 9 }, { embedded: true })).toEqual(
      changed(['unit_amount', 'raw'], true),
    )
  })

  it('is missing, and a job writes it', async () => {
    const { compare } = await setup()
    expect(await compare({ inline: true }, { embedded: true })).toMatchObject([{ kind: 'missing', needsForce: false }])
  })

  it('is compared in a table whose rows do not say that they were found so', async () => {
    const { db } = await setup()
    const rows = (name: string) => [{ row: { id: 'c', name }, raw: { name }, observedAt: at(5) }]
    await upsert(db, { table: customers, ...into, rows: rows('one') })
    const compared = { table: customers, ...into, embedded: true, derived: false, rows: rows('two') }
    expect(await findDifferences(db, compared)).toMatchObject([{ columns: ['name', 'raw'], needsForce: true }])
  })
})

it('a derived row is compared with its latest snapshot only', async () => {
  const { store, compare } = await setup()
  await store()
  expect(await compare({ amount: 2, second: 4 }, { derived: true })).toEqual([])
  expect(await compare({ amount: 2, second: 5 }, { derived: true })).toEqual(changed(['unit_amount', 'raw'], false))
})

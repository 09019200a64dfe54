import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { columnFromRaw } from '../../src/db/column-from-raw.ts'
import { upsert } from '../../src/db/upsert.ts'
import type { Fields } from '../../src/provider/fields.ts'
import { mapItems } from '../../src/sync/rows.ts'
import { malformedValues } from '../json/malformed.ts'
import { examples, mappings } from '../providers/stripe-objects.ts'
import { openTestDatabase } from '../support/database.ts'
import { cutItems } from '../support/items.ts'
import { createRandom } from '../support/random.ts'

/*
 * What Postgres reads out of a payload is what the mapping has in its row, for every table and whatever the item holds.
 */

const observedAt = new Date('2026-01-01T00:00:00Z')

describe.each(mappings.map((mapping) => [mapping.name, mapping] as const))('%s', (name, { table, map }) => {
  it('has the same columns, sent or read in place', async () => {
    const random = createRandom(name.length * 7)
    const example: Fields = examples.get(name) ?? {}
    const fields = Object.keys(example).filter((field) => field !== 'id')
    const items = Array.from({ length: 300 }, (_, n) => ({
      ...example,
      ...(n > 0 && {
        [random.pick(fields)]: random.pick(malformedValues),
        [random.pick(fields)]: random.pick(malformedValues),
      }),
      id: `x_${n}`,
    }))
    const { rows } = mapItems(cutItems(JSON.stringify(items)), { resource: name, table, observedAt, row: map })
    const plain = rows.filter((row) => row.paths)
    expect(plain.length).toBeGreaterThan(15)
    const { db, query } = await openTestDatabase()
    const write = async (batch: typeof rows) => {
      const tenantId = randomUUID()
      await upsert(db, { table, tenantId, provider: 'stripe', account: 'acct_1', rows: batch })
      return query(
        `select to_jsonb(t) - 'tenant_id' - 'synced_at' as row from ${name} as t where tenant_id = $1 order by id`,
        [tenantId],
      )
    }
    const inPlace = await write(plain)
    expect(inPlace).toHaveLength(plain.length)
    expect(inPlace).toEqual(await write(plain.map(({ paths: _, ...row }) => row)))
  })
})

it('sends every column of all rows where one of them is odd, in one statement', async () => {
  const { db, query } = await openTestDatabase()
  const [mapping] = mappings.filter(({ name }) => name === 'subscriptions')
  const items = [
    { id: 'sub_1', customer: 'cus_1', created: 1.0 },
    { id: 'sub_2', customer: { id: 'cus_2' }, created: 2 },
    { id: 'sub_3', customer: 5, created: 3 },
  ]
  const text = JSON.stringify(items).replace('"created":1', '"created":1.0e0')
  const { table, map } = mapping ?? expect.fail()
  const { rows, drifts } = mapItems(cutItems(text), { resource: 'subscriptions', table, observedAt, row: map })
  expect(rows.map((row) => row.paths !== undefined)).toEqual([true, true, false])
  expect(drifts).toEqual([{ resource: 'subscriptions', column: 'customerId' }])
  const into = { table, tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  expect(await upsert(db, { ...into, rows: rows.slice(0, 1) })).toEqual({ created: 1, updated: 0 })
  expect(await upsert(db, { ...into, rows })).toEqual({ created: 2, updated: 0 })
  expect(
    await query('select id, customer_id, extract(epoch from created_at)::int as second from subscriptions order by id'),
  ).toEqual([
    { id: 'sub_1', customer_id: 'cus_1', second: 1 },
    { id: 'sub_2', customer_id: 'cus_2', second: 2 },
    { id: 'sub_3', customer_id: null, second: 3 },
  ])
})

it('takes names from code alone', () => {
  expect(() => columnFromRaw([["x' or true"]], 'text')).toThrow('other characters')
})

import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { bytesList } from '../../src/db/bytes-list.ts'
import { parameters } from '../../src/db/parameters.ts'
import type { StampedRow } from '../../src/db/stamped-row.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import { openTestDatabase } from '../support/database.ts'
import { createRandom } from '../support/random.ts'

/** A list that must be sent without a copy of all its bytes. */
const uncopied = (buffers: readonly Buffer[]) => ({
  ...bytesList(buffers),
  toPostgres(): Buffer {
    throw new Error('copied')
  },
})

const sha256 = (buffer: Buffer) => createHash('sha256').update(buffer).digest('hex')

test('Postgres gets the buffers of a list as one value, whatever is before and after it', async () => {
  const { tenant } = await openTestDatabase()
  const db = tenant(randomUUID())
  const random = createRandom(1)
  for (const lengths of [[], [0], [1], [5, 0, 70_000], Array.from({ length: 2_000 }, () => random.below(300))]) {
    const buffers = lengths.map((length) => Buffer.alloc(length, random.below(256)))
    const all = Buffer.concat(buffers)
    const { rows } = await db.read((tx) =>
      tx.execute(sql`
        select ${null}::text as no_text, ${'Zürich'}::text as before, length(${uncopied(buffers)}::bytea) as length,
          ${Buffer.from([0, 255])}::bytea as bytes, ${'€'}::text as after`),
    )
    expect(rows).toEqual([
      { no_text: null, before: 'Zürich', length: all.length, bytes: Buffer.from([0, 255]), after: '€' },
    ])
    const hashed = await db.read((tx) =>
      tx.execute(sql`select encode(sha256(${uncopied(buffers)}::bytea), 'hex') as hash`),
    )
    expect(hashed.rows).toEqual([{ hash: sha256(all) }])
  }
})

test('a statement that Postgres refuses leaves the connection as it was', async () => {
  const { tenant } = await openTestDatabase()
  const db = tenant(randomUUID())
  const bytes = bytesList([Buffer.from('[1'), Buffer.from(',2]')])
  const wrong = db.read((tx) => tx.execute(sql`select 1 / length(${bytes}::bytea) / 0`))
  await expect(wrong).rejects.toThrow()
  const { rows } = await db.read((tx) => tx.execute(sql`select convert_from(${bytes}::bytea, 'UTF8')::jsonb as value`))
  expect(rows).toEqual([{ value: [1, 2] }])
})

const stamped = (raw: RawJson): StampedRow => ({ row: { id: 'cus_1' }, raw, observedAt: new Date(0) })

/** The items that the records say, cut out of the bytes. */
function itemsOf(rows: readonly StampedRow[]) {
  const { records, bytes } = parameters(rows, ['id'])
  const all = bytes.toPostgres().toString('utf8')
  const places: [string, number, number][] = JSON.parse(records)
  return { items: places.map(([, from, length]) => all.slice(from - 1, from - 1 + length)), bytes }
}

test('items that follow one another in an answer are sent in one buffer, without what is around them', () => {
  const answer = RawJson.of(Buffer.from('{"data": [ {"id":"a"},\n  {"id":"b"} , {"id":"c"}], "secret": 1}'))
  const rows = [0, 1, 2].map((at) => stamped(answer.at('data', at)))
  const { items, bytes } = itemsOf(rows)
  expect(items).toEqual(['{"id":"a"}', '{"id":"b"}', '{"id":"c"}'])
  expect(bytes.buffers.map(String)).toEqual(['{"id":"a"},\n  {"id":"b"} , {"id":"c"}'])
})

test('an item of another answer, or one that is far from the one before or before it, has a buffer of its own', () => {
  const answer = RawJson.of(Buffer.from(`[{"id":"a"},"${'x'.repeat(64)}",{"id":"b"}]`))
  const other = RawJson.of(Buffer.from('[{"id":"-"},{"id":"c"}]'))
  const rows = [answer.at(0), other.at(1), answer.at(0), answer.at(2), answer.at(0)].map(stamped)
  const { items, bytes } = itemsOf(rows)
  const sent = ['a', 'c', 'a', 'b', 'a'].map((id) => `{"id":"${id}"}`)
  expect(items).toEqual(sent)
  expect(bytes.buffers.map(String)).toEqual(sent)
})

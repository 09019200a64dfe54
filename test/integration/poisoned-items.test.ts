import { expect, test } from 'vitest'
import type { StripeObject } from '../../src/sandbox/stripe/index.ts'
import { counts, openEnv } from './write-env.ts'

/*
 * Items that cannot be stored, or not as they are: no other item of their page is harmed.
 */

const manyBytes = Array.from({ length: 1_000 }, (_, at) => String.fromCharCode(0x4e00 + ((at * 7_919) % 20_000))).join(
  '',
)

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

/** What is done to one item in the middle of a page, and what becomes of it. `rejected`: its code in sync_rejects. */
const poisons: Record<string, { poison(item: StripeObject): string; rejected?: string }> = {
  'a NUL in its text': { poison: (item) => JSON.stringify({ ...item, name: 'a\u0000b', metadata: { k: '\u0000' } }) },
  'lone surrogates in text and keys': {
    poison: (item) =>
      JSON.stringify({ ...item, name: 'x\ud800', description: '\udc00y', metadata: { 'k\ud800\ud800': '\\\udfff' } }),
  },
  'the time of its creation as text': { poison: (item) => JSON.stringify({ ...item, created: 'abc' }) },
  'huge integers': { poison: (item) => JSON.stringify({ ...item, balance: 1e300, extra: Number.MAX_VALUE }) },
  'no id': { poison: ({ id: _, ...item }) => JSON.stringify(item), rejected: 'invalid_item' },
  'a number for an id': { poison: (item) => JSON.stringify({ ...item, id: 5 }), rejected: 'invalid_item' },
  'an empty id': { poison: (item) => JSON.stringify({ ...item, id: '' }), rejected: 'invalid_item' },
  'an id of 3000 characters': {
    poison: (item) => JSON.stringify({ ...item, id: 'x'.repeat(3_000) }),
    rejected: 'invalid_item',
  },
  'an id of 1000 characters in 3000 bytes': {
    poison: (item) => JSON.stringify({ ...item, id: manyBytes }),
    rejected: 'invalid_item',
  },
  'an id with a NUL': { poison: (item) => JSON.stringify({ ...item, id: 'a\u0000' }), rejected: 'invalid_item' },
  'nothing but null': { poison: () => 'null', rejected: 'invalid_item' },
  'nothing but text': { poison: () => '"customer"', rejected: 'invalid_item' },
  'objects in it, 3,000 deep': {
    poison: (item) => `${JSON.stringify(item).slice(0, -1)},"extra":${nested(3_000)}}`,
  },
  'objects in it, 100,000 deep': {
    poison: (item) => `${JSON.stringify(item).slice(0, -1)},"extra":${nested(100_000)}}`,
    rejected: '54001',
  },
  'objects in place of the id, 100,000 deep': {
    poison: (item) => `${JSON.stringify({ ...item, id: undefined }).slice(0, -1)},"id":${nested(100_000)}}`,
    rejected: 'invalid_item',
  },
  'a number beyond every double': {
    poison: (item) => `${JSON.stringify(item).slice(0, -1)},"extra":1e400000}`,
    rejected: '22003',
  },
}

test.each(Object.entries(poisons))('an item with %s harms no other', async (_, { poison, rejected }) => {
  // Created in one second: two pages, and nothing to split.
  const { sync, sandbox, poison: poisonPages, query } = await openEnv(50, { density: 'same-second', sameSecond: 50 })
  poisonPages((objects) => `[${objects.map((item, at) => (at === 4 ? poison(item) : JSON.stringify(item))).join()}]`)
  const job = await sync({ batch_size: 25 })
  expect(job).toMatchObject(counts(rejected ? 48 : 50, 0, 0, rejected ? 2 : 0))
  const rejects = await query('select code, resource, job_id, reason from sync_rejects')
  const distinct = new Set((await query('select item_key from sync_rejects')).map((row) => row.item_key)).size
  expect(rejects).toEqual(
    Array.from({ length: distinct }, () => ({
      code: rejected,
      resource: 'customers',
      job_id: job.id,
      reason: expect.stringMatching(/\w+ \w+/),
    })),
  )
  expect(distinct > 0).toBe(rejected !== undefined)
  const truth = new Set(sandbox.expected('customers').map(({ id }) => id))
  const stored = await query('select id from customers')
  expect(stored.every(({ id }) => truth.has(String(id)))).toBe(true)
})

test('an item nested deeper than Postgres can go is put aside', async () => {
  const { sync, query, poison, url } = await openEnv(50)
  await query(`alter database ${new URL(url).pathname.slice(1)} set max_stack_depth = '100kB'`)
  poison((objects) => objects.map((item, at) => (at === 9 ? { ...item, extra: JSON.parse(nested(2_000)) } : item)))
  expect(await sync()).toMatchObject(counts(49, 0, 0, 1))
  expect(await query('select code from sync_rejects')).toEqual([{ code: '54001' }])
})

test('a text that cannot be stored as it is has U+FFFD where the trouble was, in payload and columns alike', async () => {
  const { sync, query, poison } = await openEnv(10)
  const name = 'a\u0000b\ud800c\\u0000\ud83d\ude00'
  poison((objects) => objects.map((item, at) => (at === 3 ? { ...item, name } : item)))
  await sync()
  const stored = 'a\ufffdb\ufffdc\\u0000\ud83d\ude00'
  expect(await query(`select name, raw ->> 'name' as raw from customers where name like 'a%b%c%'`)).toEqual([
    { name: stored, raw: stored },
  ])
})

test('numbers stay as they were sent beside an item that cannot be stored as it is, and beside one that is refused', async () => {
  const { sync, query, poison } = await openEnv(4)
  const number = '"n":9007199254740993,"d":1.10'
  poison(
    ([first, second, third, fourth]) =>
      `[{"id":"${first?.id}",${number},"name":"a\\u0000"},{"id":"${second?.id}",${number}},{"id":"${third?.id}","n":1e400000},{"id":"${fourth?.id}",${number}}]`,
  )
  expect(await sync()).toMatchObject(counts(3, 0, 0, 1))
  const stored = await query<{ raw: string }>('select raw::text as raw from customers')
  expect(stored.map(({ raw }) => raw.includes('9007199254740993') && raw.includes('1.10'))).toEqual([true, true, true])
  const [reject] = await query('select code, payload from sync_rejects')
  expect(reject).toMatchObject({ code: '22003', payload: expect.stringContaining('"n":1e400000}') })
})

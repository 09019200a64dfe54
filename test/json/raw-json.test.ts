import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import { openTestDatabase } from '../support/database.ts'

const observedAt = new Date('2026-01-01T00:00:00Z')
const answer = (json: string) => RawJson.of(Buffer.from(json))

describe('an answer', () => {
  it('is used as it came, by places in it', () => {
    const page = answer('{"data":[{"id":"a"},{"id":"b","lines":{"data":[{"id":"c"}]}}]}').at('data')
    expect(page.at(1).value()).toEqual({ id: 'b', lines: { data: [{ id: 'c' }] } })
    expect(page.at(1).at('lines', 'data').at(0).value()).toEqual({ id: 'c' })
  })

  it.each<[string, Buffer, string]>([
    ['NUL', Buffer.from('{"id":"a\\u0000","n":9007199254740993}'), '{"id":"a\\ufffd","n":9007199254740993}'],
    ['half a surrogate pair', Buffer.from('["\\uD83d","\\udE00\\ud83d"]'), '["\\ufffd","\\ufffd\\ufffd"]'],
    ['the halves the wrong way round', Buffer.from('["\\ude00\\ud83d"]'), '["\\ufffd\\ufffd"]'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), '"\ufffd"'],
  ])('has U+FFFD for %s, and all else stays as it was', (_, body, text) => {
    expect(RawJson.of(body).bytes.toString()).toBe(text)
  })

  it.each(['\\\\u0000 \\\\ud83d', '\\ud83d\\ude00', '\\\\\\ud83d\\ude00', '\\u00e9 \\" \\\\'])('keeps %s', (text) => {
    expect(answer(`{"a":"${text}"}`).bytes.toString()).toBe(`{"a":"${text}"}`)
  })

  it('can be cut down to a value of it, byte for byte', () => {
    const first = ' { "a":1e400 , "t":"\\"]}" } '
    const second = `[[], {}, ${'['.repeat(100_000)}${']'.repeat(100_000)}]`
    const text = `\n{ "data" : [0], "d\\u0061ta":[ ${first},-1.50 ,"x",${second}, null ] ,"more":{"data":[1]}} `
    const data = answer(text).at('data')
    const cut = [0, 1, 2, 3, 4].map((at) => data.at(at).bytes.toString())
    expect(cut).toEqual([first.trim(), '-1.50', '"x"', second, 'null'])
    expect(data.at(0, 't').bytes.toString()).toBe('"\\"]}"')
    expect(answer(' [1] ').value()).toEqual([1])
  })

  it('may have other escapes, and characters of any length', () => {
    const text = '{"a":"\\u00e9 \\u20ac é 😀"}'
    expect(answer(text).bytes.toString()).toBe(text)
  })
})

it('reaches the table byte for byte: beyond 2^53, decimals and all, beside rows that bring their own', async () => {
  const { db, query } = await openTestDatabase()
  const first = answer('{"data":[{"id":"a","n":9007199254740993},{"id":"b","d":1.10,"s":"ü😀"}]}').at('data')
  const second = answer('{"data":[{"id":"c","deep":{"data":[{"id":"d"}]}}]}').at('data')
  const row = (id: string, raw: unknown) => ({ row: { id, email: `${id}@example.com` }, raw, observedAt })
  const rows = [
    row('b', first.at(1)),
    row('own', { id: 'own' }),
    row('d', second.at(0).at('deep', 'data').at(0)),
    row('a', first.at(0)),
    row('c', second.at(0)),
  ]
  const write = () =>
    upsert(db, { table: customers, tenantId: randomUUID(), provider: 'stripe', account: 'acct_1', rows })
  expect(await write()).toEqual({ created: 5, updated: 0 })
  const stored = await query('select id, email, raw::text as raw, observed_at from customers order by id')
  expect(stored.map(({ raw }) => raw)).toEqual([
    '{"n": 9007199254740993, "id": "a"}',
    '{"d": 1.10, "s": "ü😀", "id": "b"}',
    '{"id": "c", "deep": {"data": [{"id": "d"}]}}',
    '{"id": "d"}',
    '{"id": "own"}',
  ])
  expect(stored[0]).toMatchObject({ email: 'a@example.com', observed_at: observedAt })
})

import { describe, expect, it } from 'vitest'
import { Unparsed } from '../../src/json/item.ts'
import { scanList } from '../../src/json/list.ts'
import { Payload } from '../../src/json/raw-json.ts'
import { Shape } from '../../src/json/shape.ts'
import { type Fields, fields } from '../../src/provider/fields.ts'
import type { StripeConnection } from '../../src/providers/stripe/connection.ts'
import { billing } from '../../src/providers/stripe/resources/index.ts'
import { malformedValues } from '../support/malformed.ts'
import { createRandom } from '../support/random.ts'
import { driftOf, examples } from '../support/stripe-objects.ts'

/*
 * What comes unparsed is what JSON.parse would have made of it: the same id, time and columns, none of them odd.
 */

const date = new Date('2026-11-01T10:00:00Z')
const signal = new AbortController().signal
const query = { cursor: null, limit: 100 }

function answering(text: string): StripeConnection {
  const bytes = Buffer.from(text)
  const payload = Payload.of(bytes)
  return {
    id: null,
    live: true,
    credential: '',
    perSecond: 1,
    get: async () => ({ body: fields(JSON.parse(text)), payload, isExact: payload.bytes === bytes, date }),
    close() {},
  }
}

const customers = billing.find(({ name }) => name === 'customers') ?? expect.fail()
const read = async (text: string) =>
  (await customers.list(answering(text), { ...query, mayBeUnparsed: true }, signal)).items

const needParsing = [...['prices', 'subscriptions', 'invoices', 'invoice_items', 'credit_notes']]

it('comes from every list whose columns are all in its bytes, and only where it is welcome', async () => {
  const parsed: string[] = []
  for (const resource of billing) {
    const item = { id: 'x_1', created: 5, date: 5 }
    const page = answering(JSON.stringify({ object: 'list', data: [item], has_more: false }))
    const { items } = await resource.list(page, { ...query, mayBeUnparsed: true }, signal)
    if (!(items[0] instanceof Unparsed)) parsed.push(resource.name)
    expect((await resource.list(page, query, signal)).items).toEqual([item])
  }
  expect(parsed).toEqual(needParsing)
})

describe.each(
  billing.filter(({ name }) => !needParsing.includes(name)).map((resource) => [resource.name, resource] as const),
)('%s', (name, resource) => {
  it.each([undefined, 2])('are the same, unparsed or parsed (spaces: %s)', async (space) => {
    const random = createRandom(name.length * 11)
    const example: Fields = examples.get(name) ?? {}
    const names = Object.keys(example)
    const inner = names.filter((field) => Object.keys(fields(example[field])).length > 0)
    const spoilt = (item: Fields): Fields => {
      const field = random.pick(names)
      if (inner.length === 0 || random.chance(0.7)) return { ...item, [field]: random.pick(malformedValues) }
      const outer = random.pick(inner)
      const own = fields(item[outer])
      return {
        ...item,
        [outer]: { ...own, [random.pick(Object.keys(fields(example[outer])))]: random.pick(malformedValues) },
      }
    }
    const items = Array.from({ length: 400 }, (_, n) => {
      const item = { ...example, id: `x_${n}`, created: 1_700_000_000 + n }
      return n % 4 === 0 ? item : spoilt(n % 4 === 1 ? item : spoilt(item))
    })
    // Text that jsonb refuses, and numbers in other spellings, have their own ways: see below and test/payload.test.ts.
    const text = JSON.stringify({ object: 'list', data: items, has_more: false, url: '/v1/x' }, null, space).replace(
      /\\u0000|\\ud800/g,
      '?',
    )
    const page = await resource.list(answering(text), { ...query, mayBeUnparsed: true }, signal)
    const truth = JSON.parse(text).data as readonly Fields[]
    expect(page.items).toHaveLength(truth.length)
    let unparsed = 0
    for (const [at, item] of page.items.entries()) {
      const parsed = truth[at] ?? expect.fail()
      if (!(item instanceof Unparsed)) {
        expect(item).toEqual(parsed)
        continue
      }
      unparsed++
      expect([item.id, driftOf(resource.row, parsed)]).toEqual([parsed.id, []])
      if (resource.createdFilter)
        expect(fields(item)[resource.createdFilter.field]).toBe(parsed[resource.createdFilter.field])
      expect(item.whole()).toEqual(parsed)
      const expected: Fields = { ...resource.row(parsed) }
      const row: Fields = fields(resource.row(item))
      for (const column of Object.keys(expected)) expect([column, row[column]]).toEqual([column, expected[column]])
    }
    expect(unparsed).toBeGreaterThan(100)
  })
})

describe('is parsed after all', () => {
  const page = (item: string) => `{"object":"list","data":[{"id":"cus_0","created":9},${item}],"has_more":false}`
  const oneOf = (item: string, end = '') => `${page(item)}${end}`
  it.each([
    ['an id with an escape', '{"id":"cus\\u005f1","created":5}'],
    ['an id that is not ASCII', '{"id":"cus_ä","created":5}'],
    ['an id that is empty', '{"id":"","created":5}'],
    ['an id that is too long', `{"id":"${'x'.repeat(1_025)}","created":5}`],
    ['an id that is none', '{"id":5,"created":5}'],
    ['no id', '{"created":5}'],
    ['no time', '{"id":"cus_1"}'],
    ['no time but null', '{"id":"cus_1","created":null}'],
    ['a time with a fraction', '{"id":"cus_1","created":5.0}'],
    ['a time in milliseconds', '{"id":"cus_1","created":1700000000000}'],
    ['a whole number in another spelling', '{"id":"cus_1","created":5,"balance":1e3}'],
    ['a number too large for a double', '{"id":"cus_1","created":5,"balance":9007199254740993}'],
    ['a column of another shape', '{"id":"cus_1","created":5,"email":[]}'],
    ['a column of another shape, further in', '{"id":"cus_1","created":5,"address":{"country":7}}'],
    ['a value where an object is expected', '{"id":"cus_1","created":5,"address":"here"}'],
    ['no object', '"cus_1"'],
  ])('%s', async (_, item) => {
    const [first, second] = await read(oneOf(item))
    expect(first).toBeInstanceOf(Unparsed)
    expect(second).toEqual(JSON.parse(item))
  })

  it.each([
    ['a name with an escape', oneOf('{"id":"cus_1","\\u0069d":"cus_2","created":5}')],
    ['text that jsonb refuses', oneOf('{"id":"cus_1\\u0000","created":5}')],
    ['a list given twice', page('{"id":"cus_1","created":5}').replace('"data"', '"data":[],"data"')],
    ['an end given twice', page('{"id":"cus_1","created":5}').replace('"has_more"', '"has_more":true,"has_more"')],
    [
      'an envelope with an escape',
      page('{"id":"cus_1","created":5}').replace('"url"', '"\\u0064ata"').replace('"data"', '"\\u0064ata"'),
    ],
  ])('the whole page: %s', async (_, text) => {
    const items = await read(text)
    expect(items).toEqual(JSON.parse(text).data)
    expect(items.some((item) => item instanceof Unparsed)).toBe(false)
  })

  it.each([
    ...[
      '',
      'null',
      '[]',
      '{}',
      '{"object":"list"}',
      '{"object":"list","data":[]}',
      '{"object":"list","data":{},"has_more":true}',
    ],
    ...[
      '{"object":"page","data":[],"has_more":false}',
      '{"object":"list","data":[],"has_more":null}',
      `${page('5')}x`,
      page('5').slice(0, -1),
    ],
  ])('what is no list: %s', (text) => {
    const shape = Shape.of([], 'created') ?? expect.fail()
    expect(scanList(Buffer.from(text), shape)).toBeNull()
  })
})

it('counts the last of two values under one name, as JSON.parse and jsonb do', async () => {
  const text = '{"id":"cus_1","created":5,"email":[],"id":"cus_2","created":6,"email":"a"}'
  const [item] = await read(`{"object":"list","data":[${text}],"has_more":true}`)
  expect(item).toEqual(JSON.parse(text))
  const [other] = await read(`{"object":"list","data":[${text.replace('[]', '"b"')}],"has_more":true}`)
  expect(other).toBeInstanceOf(Unparsed)
  expect([fields(other).id, fields(other).created, fields(customers.row(other)).email]).toEqual(['cus_2', 6, 'a'])
})

it('has no shape where two columns expect different things of one field', () => {
  const expected = (kind: 'text' | 'integer', ...path: string[]) => ({ kind, path })
  expect(Shape.of([expected('text', 'a'), expected('text', 'a')], 'created')).not.toBeNull()
  expect(Shape.of([expected('text', 'a'), expected('integer', 'a')], 'created')).toBeNull()
  expect(Shape.of([expected('text', 'a'), expected('text', 'a', 'b')], 'created')).toBeNull()
  expect(Shape.of([expected('text', 'a', 'b'), expected('text', 'a')], 'created')).toBeNull()
  expect(Shape.of([expected('text', 'created')], 'created')).toBeNull()
  expect(Shape.of([expected('text', 'created')], undefined)).not.toBeNull()
  expect(Shape.of([expected('text', 'id')], undefined)).toBeNull()
})

it('is quick about numbers without a point in a long page', async () => {
  const rates = billing.find(({ name }) => name === 'balance_transactions') ?? expect.fail()
  const item = `{"id":"txn_1","created":5,${'"exchange_rate":1,'.repeat(300_000)}"amount":1}`
  const text = `{"object":"list","data":[${item}],"has_more":false}`
  const began = performance.now()
  const { items } = await rates.list(answering(text), { ...query, mayBeUnparsed: true }, signal)
  expect(items[0]).toBeInstanceOf(Unparsed)
  // Some 50 ms where it is linear, a minute where it is not.
  expect(performance.now() - began).toBeLessThan(10_000)
})

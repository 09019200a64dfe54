import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { fieldOf, Item, matches } from '../../src/json/item.ts'
import { Shape } from '../../src/json/shape.ts'
import { defineProvider } from '../../src/provider/define.ts'
import { type Fields, fields } from '../../src/provider/fields.ts'
import type { StripeConnection } from '../../src/providers/stripe/connection.ts'
import { billing } from '../../src/providers/stripe/resources/index.ts'
import { malformedValues } from '../json/malformed.ts'
import { answerWith, valuesOf } from '../support/items.ts'
import { createRandom } from '../support/random.ts'
import { answeredBy } from './stripe-connection.ts'
import { driftOf, examples } from './stripe-objects.ts'

/*
 * An item that was scanned says what JSON.parse would have made of it: the same id, time and columns, no drift.
 */

const date = new Date('2026-11-01T10:00:00Z')
const signal = new AbortController().signal
const query = { cursor: null, limit: 100 }

const answering = (text: string) => answeredBy(async () => answerWith(text, date))

type Listed = (typeof billing)[number]

/** The resource as the core connects it, which reads items by their shape. */
function connected(resource: Listed, text: string) {
  const provider = defineProvider<StripeConnection & { id: null }>({
    name: 'stripe',
    resources: [resource],
    open: () => ({ ...answering(text), id: null }),
    identify: () => Promise.reject(new Error('not asked')),
    failure: (error) =>
      error instanceof SyncError ? error : new SyncError('retry', 'provider_response', String(error)),
  })
  const [source] = provider.connect({ tenantId: 't', accessToken: undefined }).sources
  return source ?? expect.fail()
}

const list = (resource: Listed, text: string) => connected(resource, text).list(query, signal)
const isScanned = ({ row }: Listed, item: Item) => matches(item, row.expected ?? [])
const customers = billing.find(({ name }) => name === 'customers') ?? expect.fail()
const read = async (text: string) => (await list(customers, text)).items

const needParsing = [
  ...['prices', 'price_options', 'coupon_options', 'subscriptions', 'invoices', 'invoice_items', 'credit_notes'],
]

it('comes from every list whose columns are all in its bytes, and only if the core asks for it', async () => {
  const parsed: string[] = []
  for (const resource of billing) {
    const item = { id: 'x_1', created: 5, date: 5 }
    const text = JSON.stringify({ object: 'list', data: [item], has_more: false })
    const { items } = await list(resource, text)
    if (!isScanned(resource, items[0]!)) parsed.push(resource.name)
    const unasked = (await resource.list(answering(text), query, signal)).items
    expect(valuesOf(unasked)).toEqual([item])
    expect(unasked.some((candidate) => isScanned(resource, candidate))).toBe(false)
  }
  expect(parsed).toEqual(needParsing)
})

describe.each(
  billing.filter(({ name }) => !needParsing.includes(name)).map((resource) => [resource.name, resource] as const),
)('%s', (name, resource) => {
  it.each([undefined, 2])('are the same, scanned or parsed (spaces: %s)', async (space) => {
    const random = createRandom(name.length * 11)
    const example: Fields = examples.get(name) ?? {}
    const names = Object.keys(example)
    const inner = names.filter((field) => Object.keys(fields(example[field])).length > 0)
    const spoilt = (item: Fields): Fields => {
      const field = random.pick(names)
      if (inner.length === 0 || random.chance(0.7)) return { ...item, [field]: random.pick(malformedValues) }
      const outer = random.pick(inner)
      const object = fields(item[outer])
      return {
        ...item,
        [outer]: { ...object, [random.pick(Object.keys(fields(example[outer])))]: random.pick(malformedValues) },
      }
    }
    const items = Array.from({ length: 400 }, (_, n) => {
      const item = { ...example, id: `x_${n}`, created: 1_700_000_000 + n }
      return n % 4 === 0 ? item : spoilt(n % 4 === 1 ? item : spoilt(item))
    })
    // Text that jsonb refuses, and numbers in other spellings, have their own ways: see below and test/json/raw-json.test.ts.
    const text = JSON.stringify({ object: 'list', data: items, has_more: false, url: '/v1/x' }, null, space).replace(
      /\\u0000|\\ud800/g,
      '?',
    )
    const page = await list(resource, text)
    const truth = JSON.parse(text).data as readonly Fields[]
    expect(page.items).toHaveLength(truth.length)
    let unparsed = 0
    for (const [at, item] of page.items.entries()) {
      const parsed = truth[at] ?? expect.fail()
      if (!isScanned(resource, item)) {
        expect(item.value()).toEqual(parsed)
        continue
      }
      unparsed++
      expect([item.id, driftOf(resource.row, Item.of(parsed))]).toEqual([parsed.id, []])
      if (resource.createdFilter)
        expect(fieldOf(item, resource.createdFilter.field)).toBe(parsed[resource.createdFilter.field])
      const row: Fields = fields(resource.row(item))
      const expected: Fields = { ...resource.row(Item.of(parsed)) }
      expect(item.value()).toEqual(parsed)
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
    expect([isScanned(customers, first!), isScanned(customers, second!)]).toEqual([true, false])
    expect(second?.value()).toEqual(JSON.parse(item))
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
    expect(valuesOf(items)).toEqual(JSON.parse(text).data)
    expect(items.some((item) => isScanned(customers, item))).toBe(false)
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
  ])('what is no list: %s', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ verdict: 'retry' })
  })
})

it('counts the last of two values under one name, as JSON.parse and jsonb do', async () => {
  const text = '{"id":"cus_1","created":5,"email":[],"id":"cus_2","created":6,"email":"a"}'
  const [item] = await read(`{"object":"list","data":[${text}],"has_more":true}`)
  expect(isScanned(customers, item!)).toBe(false)
  expect(item?.value()).toEqual(JSON.parse(text))
  const [other] = await read(`{"object":"list","data":[${text.replace('[]', '"b"')}],"has_more":true}`)
  expect(isScanned(customers, other!)).toBe(true)
  expect([other!.id, fieldOf(other!, 'created'), fields(customers.row(other!)).email]).toEqual(['cus_2', 6, 'a'])
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
  const { items } = await list(rates, text)
  expect(isScanned(rates, items[0]!)).toBe(true)
  // Some 50 ms where it is linear, a minute where it is not.
  expect(performance.now() - began).toBeLessThan(10_000)
})

import { describe, expect, it } from 'vitest'
import { parseSearch } from '../../../src/sandbox/shopify/search/parse.ts'
import { timeValue } from '../../../src/sandbox/shopify/search/time-value.ts'
import { ask, at, day, idsOf, listQuery, now, page, readAll, setup } from './support.ts'

const term = (field: string | undefined, comparator: string, value: string, isQuoted = false) => ({
  kind: 'term',
  field,
  comparator,
  value,
  isQuoted,
})

// The grammar: https://shopify.dev/docs/api/usage/search-syntax
describe('a search', () => {
  it.each([
    ['status:open', term('status', '=', 'open')],
    ["updated_at:>='2026-09-25T02:45:22Z'", term('updated_at', '>=', '2026-09-25T02:45:22Z', true)],
    ['created_at:<2024', term('created_at', '<', '2024')],
    ["customer_date: >='2024-01-01'", term('customer_date', '>=', '2024-01-01', true)],
    ['name:"say \\"hi\\""', term('name', '=', 'say "hi"', true)],
    ['Bob', term(undefined, '=', 'Bob')],
    ['a:1 b:2', { kind: 'and', parts: [term('a', '=', '1'), term('b', '=', '2')] }],
    ['a:1 AND b:2', { kind: 'and', parts: [term('a', '=', '1'), term('b', '=', '2')] }],
    ['a:1 OR b:2', { kind: 'or', parts: [term('a', '=', '1'), term('b', '=', '2')] }],
    ['-a:1', { kind: 'not', part: term('a', '=', '1') }],
    ['NOT (a:1 OR b:2)', { kind: 'not', part: { kind: 'or', parts: [term('a', '=', '1'), term('b', '=', '2')] } }],
  ])('is read as its grammar says: %s', (text, search) => {
    expect(parseSearch(text)).toEqual(search)
  })

  // Seen on a store: the answer to an unquoted moment warns of a field `45`, its minutes.
  it('reads a moment without quotes as two terms', () => {
    expect(parseSearch('updated_at:>=2026-09-25T02:45:22.433Z')).toEqual({
      kind: 'and',
      parts: [term('updated_at', '>=', '2026-09-25T02'), term('45', '=', '22.433Z')],
    })
  })

  it('knows years, months, days, minutes, seconds and now', () => {
    const window = (from: string, to: string) => ({ from: Date.parse(from) / 1_000, to: Date.parse(to) / 1_000 })
    expect(timeValue('2024', now)).toEqual(window('2024-01-01', '2025-01-01'))
    expect(timeValue('2024-12', now)).toEqual(window('2024-12-01', '2025-01-01'))
    expect(timeValue('2024-02-29', now)).toEqual(window('2024-02-29', '2024-03-01'))
    expect(timeValue('2024-02-29T10:05', now)).toEqual(window('2024-02-29T10:05Z', '2024-02-29T10:06Z'))
    expect(timeValue('2024-02-29T10:05:07+02:00', now)).toEqual(window('2024-02-29T08:05:07Z', '2024-02-29T08:05:08Z'))
    expect(timeValue('now', now)).toEqual({ from: now, to: now + 1 })
    expect(timeValue('soon', now)).toBeUndefined()
  })
})

describe('a filter', () => {
  it.each([
    ['orders', 'created_at', 'createdAt', 'CREATED_AT'],
    ['orders', 'updated_at', 'updatedAt', 'UPDATED_AT'],
    ['orders', 'processed_at', 'processedAt', 'PROCESSED_AT'],
    ['orders', 'created_at', 'createdAt', 'UPDATED_AT'],
    ['customers', 'customer_date', 'createdAt', 'CREATED_AT'],
    ['customers', 'updated_at', 'updatedAt', 'UPDATED_AT'],
    ['products', 'updated_at', 'updatedAt', 'CREATED_AT'],
  ] as const)(
    'of %s by %s holds for a window, its ends as they are written, in any order',
    async (name, field, shown, sortKey) => {
      const sandbox = await setup()
      const all = sandbox
        .expected(name)
        .map((object) => String(object[shown]))
        .toSorted()
      const [from, to] = [all[Math.floor(all.length / 4)]!, all[Math.floor((all.length * 3) / 4)]!]
      const count = async (query: string) => (await readAll(sandbox, name, { query, sortKey, first: 30 })).length
      const expected = (matches: (moment: string) => boolean) => all.filter(matches).length
      expect(await count(`${field}:>='${from}' ${field}:<'${to}'`)).toBe(
        expected((moment) => moment >= from && moment < to),
      )
      expect(await count(`${field}:>'${from}' AND ${field}:<='${to}'`)).toBe(
        expected((moment) => moment > from && moment <= to),
      )
      expect(await count(`${field}:'${from}'`)).toBe(expected((moment) => moment === from))
      expect(await count(`${field}:<'${from}' OR ${field}:>='${to}'`)).toBe(
        expected((moment) => moment < from || moment >= to),
      )
      expect(await count(`-${field}:>='${from}'`)).toBe(expected((moment) => moment < from))
    },
  )

  it('by status, id, customer and words compares them', async () => {
    const sandbox = await setup()
    const orders = sandbox.expected('orders')
    const [order] = orders.filter(({ customer }) => customer !== null)
    const numeric = (id: unknown) => String(id).split('/').at(-1)
    const idsFound = async (name: string, query: string) => idsOf(await readAll(sandbox, name, { query })).toSorted()
    expect(await idsFound('orders', `id:${numeric(order!.id)}`)).toEqual([order!.id])
    const customer = (order!.customer as { id: string }).id
    expect(await idsFound('orders', `customer_id:${numeric(customer)}`)).toEqual(
      idsOf(orders.filter((other) => (other.customer as { id: string } | null)?.id === customer)).toSorted(),
    )
    expect(await idsFound('orders', 'financial_status:paid,refunded')).toEqual(
      idsOf(
        orders.filter(({ displayFinancialStatus: status }) => status === 'PAID' || status === 'REFUNDED'),
      ).toSorted(),
    )
    expect(await idsFound('disputes', 'status:won')).toEqual(
      idsOf(sandbox.expected('disputes').filter(({ status }) => status === 'WON')).toSorted(),
    )
    expect(await idsFound('subscriptionContracts', 'status:ACTIVE')).toEqual(
      idsOf(sandbox.expected('subscriptionContracts').filter(({ status }) => status === 'ACTIVE')).toSorted(),
    )
  })
})

// Seen on stores: a term with an unknown field is left out, and everything is returned.
describe('an unknown field of a search', () => {
  it('is ignored: the answer holds everything and a warning', async () => {
    const sandbox = await setup()
    const query = `created_at:>='${at(now - 30 * day)}'`
    const { nodes, extensions } = await page(sandbox, 'customers', { query, first: 250 })
    expect(nodes).toHaveLength(sandbox.expected('customers').length)
    expect(extensions.search).toEqual([
      {
        path: ['customers'],
        query,
        parsed: { field: 'created_at', range: { gte: at(now - 30 * day) } },
        warnings: [{ field: 'created_at', message: 'Invalid search field for this query.', code: 'invalid_field' }],
      },
    ])
    expect(
      (await page(sandbox, 'customers', { query: `customer_date:>='${at(now)}'` })).extensions.search,
    ).toBeUndefined()
  })

  it('leaves the other terms as they are', async () => {
    const sandbox = await setup()
    const query = 'staff_member:"Kat" financial_status:refunded'
    const { nodes, extensions } = await page(sandbox, 'orders', { query })
    expect(nodes).toHaveLength(
      sandbox.expected('orders').filter(({ displayFinancialStatus: status }) => status === 'REFUNDED').length,
    )
    expect(extensions.search[0].parsed).toEqual({
      and: [
        { field: 'staff_member', match_phrase: 'Kat' },
        { field: 'financial_status', match_all: 'refunded' },
      ],
    })
  })

  it('can be the minutes of a moment without quotes', async () => {
    const sandbox = await setup()
    const { extensions } = await page(sandbox, 'orders', { query: 'updated_at:>=2026-09-25T02:45:22Z' })
    expect(extensions.search[0].warnings).toMatchObject([{ field: '45', code: 'invalid_field' }])
  })

  it('is told by the alias of its list', async () => {
    const sandbox = await setup()
    const { extensions } = await ask(sandbox, '{ a: customersCount(query: "state:DISABLED") { count } }')
    expect(extensions.search[0]).toMatchObject({ path: ['a'], parsed: { field: 'state', match_all: 'DISABLED' } })
  })

  it('can be a value that is no time', async () => {
    const sandbox = await setup()
    const { extensions } = await ask(sandbox, listQuery('orders', { query: 'updated_at:>=soon' }))
    expect(extensions.search[0].warnings).toMatchObject([{ field: 'updated_at', code: 'invalid_value' }])
  })
})

import { describe, expect, it } from 'vitest'
import { checkAnswer, checkRequest } from './shopify.ts'

const query =
  'query orders($first: Int!) { orders(first: $first) { nodes { id createdAt displayFinancialStatus totalPriceSet { shopMoney { amount } } } } }'
const order = {
  id: 'gid://shopify/Order/1',
  createdAt: '2026-01-01T00:00:00Z',
  displayFinancialStatus: 'PAID',
  totalPriceSet: { shopMoney: { amount: '1.5' } },
}

describe('a query to Shopify', () => {
  it('that its schema allows has nothing wrong', () => {
    expect(checkRequest(JSON.stringify({ query, variables: { first: 5 } }))).toEqual([])
  })

  it.each([
    ['a syntax error', { query: '{ orders(' }],
    ['an unknown field', { query: '{ orders(first: 1) { nodes { createdOn } } }' }],
    ['an unknown argument', { query: '{ orders(first: 1, since: 1) { nodes { id } } }' }],
    ['a missing variable', { query }],
    ['a variable of another type', { query, variables: { first: 'all' } }],
    ['a variable that is not declared', { query, variables: { first: 1, after: 'x' } }],
    ['an unknown operation', { query, variables: { first: 1 }, operationName: 'products' }],
  ])('is told from one with %s', (_, body) => {
    expect(checkRequest(JSON.stringify(body))).toHaveLength(1)
  })
})

describe('an answer of Shopify', () => {
  it('that is as the schema says has nothing wrong', () => {
    expect(
      checkAnswer(query, { data: { orders: { nodes: [order, { ...order, displayFinancialStatus: null }] } } }),
    ).toEqual([])
    expect(checkAnswer(query, { data: null, errors: [{}] })).toEqual([])
  })

  it.each([
    ['a field that was not asked for', { ...order, name: '#1' }],
    ['a field left out', { ...order, createdAt: undefined, ...{} }],
    ['a null that cannot be', { ...order, totalPriceSet: null }],
    ['an unknown word', { ...order, displayFinancialStatus: 'paid' }],
    ['a number for an amount', { ...order, totalPriceSet: { shopMoney: { amount: 1.5 } } }],
    ['a moment with milliseconds', { ...order, createdAt: '2026-01-01T00:00:00.000Z' }],
    ['an id that is none', { ...order, id: '1' }],
    ['a text for an object', { ...order, totalPriceSet: '1.5' }],
  ])('is told from one with %s', (_, node) => {
    expect(checkAnswer(query, { data: { orders: { nodes: [JSON.parse(JSON.stringify(node))] } } })).toHaveLength(1)
  })

  it('has data or errors', () => {
    expect(checkAnswer(query, {})).toHaveLength(1)
  })
})

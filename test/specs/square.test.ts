import { describe, expect, it } from 'vitest'
import { checkAnswer, checkRequest } from './square.ts'

describe('a request to Square', () => {
  it('may ask for what the specification names', () => {
    const query = {
      location_id: 'L1',
      limit: '100',
      sort_field: 'UPDATED_AT',
      updated_at_begin_time: '2026-01-01T00:00:00Z',
    }
    expect(checkRequest('GET', '/v2/payments', query)).toEqual([])
    expect(checkRequest('GET', '/v2/invoices/inv:0-1')).toEqual([])
    const body = { query: { filter: { created_at: { start_at: null } }, sort: { field: 'CREATED_AT' } }, limit: 100 }
    expect(checkRequest('POST', '/v2/customers/search', {}, JSON.stringify(body))).toEqual([])
  })

  it.each([
    ['an unknown call', ['GET', '/v2/charges']],
    ['an unknown method', ['POST', '/v2/payments/p1']],
    ['an unknown parameter', ['GET', '/v2/payments', { created_after: '1' }]],
    ['a wrong value', ['GET', '/v2/payments', { sort_field: 'CREATED' }]],
    ['a text for a number', ['GET', '/v2/payments', { limit: 'all' }]],
    ['a missing parameter', ['GET', '/v2/invoices']],
    ['an unknown field', ['POST', '/v2/customers/search', {}, '{"query":{"filter":{"created":{}}}}']],
    ['a wrong enumeration', ['POST', '/v2/orders/search', {}, '{"query":{"sort":{"sort_field":"created_at"}}}']],
    ['a missing field', ['POST', '/v2/orders/search', {}, '{"query":{"sort":{}}}']],
    ['a body where none belongs', ['GET', '/v2/payments', {}, '{}']],
  ] as const)('is told from %s', (_, [method, path, query = {}, body]) => {
    expect(checkRequest(method, path, query, body)).toHaveLength(1)
  })
})

describe('an answer of Square', () => {
  it.each([
    ['an unknown field', { payments: [{ id: 'p', amount: 1 }] }],
    ['a text for a number', { payments: [{ id: 'p', amount_money: { amount: '1', currency: 'USD' } }] }],
    ['a currency in small letters', { payments: [{ id: 'p', amount_money: { amount: 1, currency: 'usd' } }] }],
    ['a text that is too long', { payments: [{ id: 'p', receipt_number: '12345' }] }],
    ['an error without a code', { errors: [{ category: 'API_ERROR' }] }],
    ['an unknown code', { errors: [{ category: 'API_ERROR', code: 'SORRY' }] }],
  ])('is told from one with %s', (_, answer) => {
    expect(checkAnswer('GET', '/v2/payments', JSON.stringify({ payments: [] }))).toEqual([])
    expect(checkAnswer('GET', '/v2/payments', JSON.stringify(answer))).toHaveLength(1)
  })
})

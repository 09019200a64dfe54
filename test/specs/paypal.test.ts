import { describe, expect, it } from 'vitest'
import { checkAnswer, checkRequest } from './paypal.ts'

const window = { start_date: '2026-01-01T00:00:00Z', end_date: '2026-01-31T23:59:59Z' }
const transactions = '/v1/reporting/transactions'

describe('a request to PayPal', () => {
  it('may ask for what the specifications name', () => {
    expect(checkRequest('GET', transactions, { ...window, page_size: '500', fields: 'all' })).toEqual([])
    expect(checkRequest('GET', '/v1/billing/plans', { page_size: '20', total_required: 'true' })).toEqual([])
    expect(checkRequest('GET', '/v1/billing/subscriptions/I-BW452GLLEP1G', { fields: 'plan' })).toEqual([])
    expect(checkRequest('GET', '/v1/catalogs/products', { page: '2' })).toEqual([])
    const range = { start: '2026-01-01T00:00:00Z', end: '2026-01-31T23:59:59Z' }
    const body = JSON.stringify({ creation_date_range: range, status: ['DRAFT'] })
    expect(checkRequest('POST', '/v2/invoicing/search-invoices', { page_size: '100' }, body)).toEqual([])
    expect(checkRequest('GET', '/v1/customer/disputes', { update_time_after: '2026-01-01T00:00:00.000Z' })).toEqual([])
    expect(checkRequest('POST', '/v1/oauth2/token', {}, 'grant_type=client_credentials')).toEqual([])
  })

  it('may list the subscriptions as the SDK does', () => {
    const query = { created_after: '2026-01-01T00:00:00Z', statuses: 'ACTIVE,CANCELLED', page_size: '20' }
    expect(checkRequest('GET', '/v1/billing/subscriptions', query)).toEqual([])
    expect(checkRequest('GET', '/v1/billing/subscriptions', { total_required: 'true' })).toHaveLength(1)
    expect(checkRequest('GET', '/v1/billing/subscriptions', { page_size: '21' })).toHaveLength(1)
  })

  it.each([
    ['an unknown call', ['GET', '/v1/payments/payouts']],
    ['an unknown method', ['DELETE', '/v1/billing/plans/P-1']],
    ['an unknown parameter', ['GET', transactions, { ...window, sort: 'asc' }]],
    ['a date without a T', ['GET', transactions, { ...window, start_date: '2026-01-01 00:00:00Z' }]],
    ['an offset without a colon', ['GET', transactions, { ...window, start_date: '2026-01-01T00:00:00+0000' }]],
    ['a missing parameter', ['GET', transactions, { start_date: window.start_date }]],
    ['a page that is too large', ['GET', transactions, { ...window, page_size: '501' }]],
    ['a text for a number', ['GET', '/v1/billing/plans', { page: 'last' }]],
    ['an unknown field', ['POST', '/v2/invoicing/search-invoices', {}, '{"created":{}}']],
    ['a wrong enumeration', ['POST', '/v2/invoicing/search-invoices', {}, '{"status":["OPEN"]}']],
    [
      'half a range',
      ['POST', '/v2/invoicing/search-invoices', {}, '{"creation_date_range":{"start":"2026-01-01T00:00:00Z"}}'],
    ],
    ['a body where none belongs', ['GET', '/v1/billing/plans', {}, '{}']],
  ] as const)('is told from %s', (_, [method, path, query = {}, body]) => {
    expect(checkRequest(method, path, query, body)).toHaveLength(1)
  })
})

describe('an answer of PayPal', () => {
  const check = (path: string, answer: unknown, status?: number) =>
    checkAnswer('GET', path, JSON.stringify(answer), status)

  it.each([
    ['an unknown field', transactions, { total: 1 }],
    [
      'a reference of an unknown type',
      transactions,
      { transaction_details: [{ transaction_info: { paypal_reference_id_type: 'INV' } }] },
    ],
    [
      'money that is a number',
      transactions,
      { transaction_details: [{ transaction_info: { fee_amount: { currency_code: 'USD', value: 1 } } }] },
    ],
    ['an unknown field of an object in two parts', '/v1/billing/subscriptions/I-1', { id: 'I-1', state: 'ACTIVE' }],
    ['an unknown status', '/v1/billing/subscriptions/I-1', { status: 'PAUSED' }],
    [
      'an unknown field in a part of a part',
      '/v1/billing/subscriptions/I-1',
      { subscriber: { mail: 'a@example.com' } },
    ],
    [
      'an unknown field in the listed subscriptions',
      '/v1/billing/subscriptions',
      { subscriptions: [{ state: 'ACTIVE' }] },
    ],
    ['a product without items', '/v1/catalogs/products', { products: [] }],
    ['an invoice without a detail', '/v2/invoicing/invoices/INV2-1', { id: 'INV2-1' }],
    ['a dispute with a state', '/v1/customer/disputes/PP-1', { dispute_state: 'RESOLVED' }],
  ])('is told from one with %s', (_, path, answer) => {
    expect(check(path, answer)).toHaveLength(1)
  })

  it('is told from an error of another form, by its status', () => {
    const error = {
      name: 'NOT_AUTHORIZED',
      message: 'Authorization failed due to insufficient permissions.',
      debug_id: 'd',
    }
    expect(check('/v1/billing/plans', error, 403)).toEqual([])
    expect(check('/v1/billing/plans', { ...error, name: 'FORBIDDEN' }, 403)).toHaveLength(1)
    expect(check('/v1/billing/plans', { ...error, code: 7 }, 403)).toHaveLength(1)
    expect(check('/v1/billing/plans', { error: 'forbidden' }, 403)).toHaveLength(1)
  })
})

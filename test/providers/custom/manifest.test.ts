import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import { providerOf } from './example-manifest.ts'
import { accessToken, resource, small, tenantId } from './small-manifest.ts'

const row = (columns: object, item: object, over: object = {}) => {
  const { resources } = providerOf(JSON.stringify({ ...resource({ owner: null, columns, ...over }) }))
  return resources[0]?.row(Item.of({ id: 'a', ...item }))
}

describe('a column of a manifest', () => {
  it('is read by the reader of its type, and null if the field has another shape', () => {
    const columns = {
      customer_id: '/customer',
      total: '/total',
      paid_at: '/paid',
      currency: '/currency',
      metadata: '/meta',
    }
    const over = { table: 'invoices', owner: null }
    const item = { customer: 42, total: 1_190, paid: '2026-10-31T12:00:00+02:00', currency: 'EUR', meta: { a: 1 } }
    expect(row(columns, item, over)).toMatchObject({
      id: 'a',
      customerId: '42',
      total: 1_190,
      paidAt: new Date('2026-10-31T10:00:00Z'),
      currency: 'eur',
      metadata: { a: 1 },
      status: null,
      subscriptionId: null,
    })
    expect(row(columns, { total: 'x', paid: 'yesterday', currency: 7 }, over)).toMatchObject({
      customerId: null,
      total: null,
      paidAt: null,
      currency: null,
    })
  })

  it('has money without a float, whether the currency stands beside the amount or elsewhere', () => {
    const over = { table: 'invoices', owner: null }
    const money = (amount: string, currency: string) => ({ total: { money: { amount, currency } } })
    expect(row(money('/total', '/currency'), { total: 12.3, currency: 'EUR' }, over)).toMatchObject({ total: 1_230 })
    expect(row(money('/total', '/currency'), { total: '12', currency: 'JPY' }, over)).toMatchObject({ total: 12 })
    expect(row(money('/sum/value', '/sum/code'), { sum: { value: '1.005', code: 'BHD' } }, over)).toMatchObject({
      total: 1_005,
    })
    expect(row(money('/total', '/currency'), { total: '1.005', currency: 'EUR' }, over)).toMatchObject({ total: null })
  })

  it('has one of several places, a value of its own, or whether a field has one of some values', () => {
    const columns = {
      name: { at: ['/company', '/name'] },
      description: { value: 'imported' },
      delinquent: { at: '/state', is: ['late', 'lost'] },
      created_at: { at: '/since', read: 'date' },
    }
    expect(row(columns, { name: 'Pat', state: 'lost', since: '2026-10-31' })).toMatchObject({
      name: 'Pat',
      description: 'imported',
      delinquent: true,
      createdAt: new Date('2026-10-31T00:00:00Z'),
    })
    expect(row(columns, { company: 'Acme', name: 'Pat', state: 'good' })).toMatchObject({
      name: 'Acme',
      delinquent: false,
    })
  })

  it('with an odd name or a place in a list is read all the same', () => {
    const columns = { email: '/contact.info/e~1mail', name: '/people/0/name' }
    const item = { 'contact.info': { 'e/mail': 'a@example.com' }, people: [{ name: 'Pat' }] }
    expect(row(columns, item)).toMatchObject({ email: 'a@example.com', name: 'Pat' })
  })
})

it('a field of the token is one label of the host and cannot name another host', () => {
  const manifest = {
    ...small,
    baseUrl: 'https://{accessToken.site}.example.com/v1',
    auth: { type: 'bearer', token: '{accessToken.key}' },
  }
  const connect = (site: string) =>
    providerOf(JSON.stringify(manifest)).connect({ tenantId, accessToken: JSON.stringify({ site, key: accessToken }) })
  for (const site of ['evil.com/', 'evil.com#', 'a.b', '-a', 'a@b', '127.0.0.1'])
    expect(() => connect(site)).toThrow(expect.objectContaining({ code: 'bad_credentials' }))
  connect('acme').close()
})

it('every example is a manifest that the worker reads', () => {
  const text = readFileSync('examples/custom-providers/chargebee.json', 'utf8')
  expect(providerOf(text).resources.map(({ name }) => name)).toContain('customers')
})

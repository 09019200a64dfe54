import { expect, test } from 'vitest'
import { createCheckedPayPal, createCheckedShopify, createCheckedSquare, openCheckedStripe } from './checked-sandbox.ts'

const query = (fields: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-shopify-access-token': 'shpat_sandbox' },
  body: JSON.stringify({ query: `{ shop { ${fields} } }` }),
})
const graphql = '/admin/api/2026-10/graphql.json'

const cases = {
  square: { open: createCheckedSquare, right: ['/v2/locations'], wrong: ['/v2/payments?created=1'] },
  paypal: {
    open: createCheckedPayPal,
    right: ['/v1/billing/plans?page=1'],
    wrong: ['/v1/billing/plans?limit=1'],
  },
  shopify: { open: createCheckedShopify, right: [graphql, query('id')], wrong: [graphql, query('id, unknown')] },
  stripe: { open: openCheckedStripe, right: ['/v1/customers?limit=1'], wrong: ['/v1/customers?size=1'] },
} as const

test.each(Object.entries(cases))(
  'a sandbox of %s cannot be closed in peace after a request with a field that its specification does not have',
  async (vendor, { open, right, wrong }) => {
    const good = await open()
    await fetch(good.url + right[0], right[1])
    await expect(good.close()).resolves.toBeUndefined()
    const bad = await open()
    await fetch(bad.url + right[0], right[1])
    await fetch(bad.url + wrong[0], wrong[1])
    await expect(bad.close()).rejects.toThrow(`${vendor}: requests are not as the specification says:\n`)
  },
)

import { describe, expect, it } from 'vitest'
import type { Fields, ResourceName, Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { ask, readAll, searchAll, setup, sorted } from './support.ts'

const listed = async (sandbox: Sandbox, path: string, field: string) => {
  const ids = (await readAll(sandbox, path, field)).map(({ id }) => id)
  return Promise.all(ids.map(async (id) => (await ask(sandbox, `${path.split('?')[0]}/${id}`)).body as Fields))
}

describe('every list', () => {
  it('gives what the merchant has, and its answers are as the specification says', async () => {
    const sandbox = await setup({ transactions: 800 })
    const expected = (name: ResourceName) => sorted(sandbox.expected(name))
    expect(sorted(await searchAll(sandbox))).toEqual(expected('transactions'))
    const headers = { prefer: 'return=representation' }
    const plans = await readAll(sandbox, '/v1/billing/plans?page_size=20&total_required=true', 'plans', { headers })
    expect(sorted(plans)).toEqual(expected('plans'))
    expect(sorted(await listed(sandbox, '/v1/catalogs/products?page_size=20&total_required=true', 'products'))).toEqual(
      expected('products'),
    )
    const subscriptions = await readAll(sandbox, '/v1/billing/subscriptions?page_size=20', 'subscriptions')
    expect(subscriptions.length).toBe(sandbox.expected('subscriptions').length)
    const withFailure = subscriptions.map(
      async ({ id }) => (await ask(sandbox, `/v1/billing/subscriptions/${id}?fields=last_failed_payment`)).body,
    )
    expect(sorted(await Promise.all(withFailure))).toEqual(expected('subscriptions'))
    const found = await readAll(sandbox, '/v2/invoicing/search-invoices?page_size=100', 'items', { body: {} })
    const invoices = found.map(async ({ id }) => (await ask(sandbox, `/v2/invoicing/invoices/${id}`)).body)
    expect(sorted(await Promise.all(invoices))).toEqual(expected('invoices'))
    const disputes = sandbox
      .expected('disputes')
      .map(async ({ dispute_id }) => (await ask(sandbox, `/v1/customer/disputes/${dispute_id}`)).body)
    const withoutState = sandbox.expected('disputes').map((dispute) => ({ ...dispute, dispute_state: undefined }))
    expect(sorted(await Promise.all(disputes))).toEqual(sorted(withoutState))
    await ask(sandbox, '/v1/customer/disputes?page_size=50')
    await ask(sandbox, '/v1/reporting/balances')
  })
})

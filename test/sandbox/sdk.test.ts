import { describe, expect, it } from 'vitest'
import type { Density } from '../../src/sandbox/stripe/index.ts'
import { idOf, now, sdk, setup } from './support.ts'

describe("Stripe's SDK", () => {
  it.each(['growing', 'burst', 'same-second'] satisfies Density[])(
    'reads the whole list with density %s',
    async (density) => {
      const sandbox = await setup({ customers: 2_050, density })
      const read = await sdk(sandbox).customers.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 })
      expect(JSON.parse(JSON.stringify(read))).toEqual(sandbox.expected('customers'))
      expect(sandbox.stats()).toMatchObject({ requests: 21, list: 21, cursorMisuse: 0 })
    },
  )

  it('sends filters, expansions and accounts that the sandbox accepts', async () => {
    const sandbox = await setup({ customers: 30, density: 'uniform' })
    const [, second] = sandbox.expected('customers')
    const created = { gte: Number(second!.created), lt: now }
    const { data } = await sdk(sandbox).customers.list(
      { created, expand: ['data.sources', 'data.tax_ids'] },
      { stripeAccount: 'acct_9' },
    )
    expect(data.map(({ id }) => id)).toEqual(sandbox.expected('customers').slice(0, 2).map(idOf))
    expect(data[0]!.sources).toMatchObject({ object: 'list', data: [] })
    expect(sandbox.requests[0]).toMatchObject({ account: 'acct_9', query: { 'created[lt]': String(now) } })
  })
})

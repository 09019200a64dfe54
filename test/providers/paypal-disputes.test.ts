import { expect, it } from 'vitest'
import type { Query } from '../../src/provider/contract.ts'
import { openAnswer } from '../../src/provider/item.ts'
import type { PayPalConnection } from '../../src/providers/paypal/connection.ts'
import { disputes } from '../../src/providers/paypal/resources/disputes.ts'

it('disputes are asked for by times with milliseconds, as the documents of PayPal write them', async () => {
  const asked: unknown[] = []
  const json = openAnswer(Buffer.from('{"items":[],"links":[]}'), () => new Error('no JSON'))
  const get = (_path: string, parameters: unknown) => {
    asked.push(parameters)
    return Promise.resolve({ json, date: new Date(0) })
  }
  const window = { from: Date.UTC(2026, 8, 1) / 1_000, to: Date.UTC(2026, 8, 2) / 1_000 }
  const query = { window, by: 'updated', cursor: null, limit: 50 } as unknown as Query
  await disputes.list({ get } as unknown as PayPalConnection, query, new AbortController().signal)
  expect(asked).toMatchObject([
    { update_time_after: '2026-08-31T23:59:59.000Z', update_time_before: '2026-09-02T00:00:00.000Z' },
  ])
})

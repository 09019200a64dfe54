import { expect, test } from 'vitest'
import { differingIn } from './compare-account.ts'
import { openPayPal } from './paypal-setup.ts'

test('a row that only other objects show is extra only if all of them were read, and only within their history', async () => {
  const { paypal, stack, run, compared, verify } = await openPayPal({ transactions: 60 })
  paypal.advance(6 * 3_600)
  expect(await run()).toMatchObject({ status: 'completed', error: null })
  const plant = (id: string, observedAt: string) =>
    stack.query(
      `insert into customers select (jsonb_populate_record(row, jsonb_build_object('id', $1::text, 'observed_at', $2::text))).*
        from customers as row order by id limit 1`,
      [id, observedAt],
    )
  const now = paypal.now()
  const at = (second: number) => new Date(second * 1_000).toISOString()
  // Shown by a transaction that has left PayPal's history, and by one that came after the last sync.
  await plant('before', at(now - 1_093 * 86_400))
  await plant('after', at(now + 1))
  expect(await verify()).toEqual([])
  await plant('extra', at(now - 60))
  await plant('oldest extra', at(now - 1_089 * 86_400))
  const customers = { resource: 'customers', missing: 0, changed: 0, extra: 2, unchecked: 0 }
  expect(await verify()).toEqual([customers])
  expect(differingIn(await compared(['customers', 'balance_transactions']))).toEqual([])
  paypal.fail({ kind: 'not-authorized', path: /billing\/subscriptions/ })
  expect((await verify()).map(({ resource }) => resource)).toEqual(['subscriptions'])
})

import { expect, onTestFinished, test } from 'vitest'
import { openPayPal } from './paypal-setup.ts'

/* Lines of the ledger that PayPal had once and has no more. */

const day = 86_400
const never = 'VANISHED000000001'

async function open() {
  const setup = await openPayPal({ transactions: 40, counts: { subscriptions: 2, invoices: 1, disputes: 1 } })
  const { paypal, stack, run } = setup
  const asked: string[] = []
  onTestFinished(
    paypal.onRequest(({ url }) => {
      const id = new URL(url, paypal.url).searchParams.get('transaction_id')
      if (id !== null) asked.push(id)
    }),
  )
  /** Copies a row of the account under other values. */
  const plant = (table: string, values: object) =>
    stack.query(
      `insert into ${table} select (jsonb_populate_record(row, $1::jsonb)).* from ${table} as row order by id limit 1`,
      [JSON.stringify(values)],
    )
  const sync = async (options: object = {}) => {
    const job = await run(options)
    expect(job).toMatchObject({ status: 'completed', error: null })
    return job.result.resources as Record<string, object>
  }
  const began = new Date((paypal.now() - 20 * day) * 1_000).toISOString()
  const vanish = async (transactionId: string) => {
    const line = { source_id: transactionId, created_at: began, status: 'S' }
    await plant('balance_transactions', { ...line, id: `${transactionId}|T0006|${began}||1.00|USD` })
    await plant('payments', { id: transactionId, created_at: began })
  }
  return { ...setup, asked, sync, vanish }
}

test('a line that PayPal no longer has is asked for twice and goes with a full job, and its payment with a forced one', async () => {
  const { asked, sync, vanish, verify } = await open()
  await sync()
  await vanish(never)
  expect(await sync()).toMatchObject({
    balance_transactions: { deleted: 1, kept: 0, proof: { equal: true } },
    payments: { deleted: 0 },
  })
  expect(asked).toEqual([never, never])
  expect(await sync({ force_refresh: true })).toMatchObject({ payments: { deleted: 1 } })
  expect(await verify()).toEqual([])
})

test('a line with an id that PayPal does not take stays live', async () => {
  const { asked, sync, vanish } = await open()
  await sync()
  await vanish('SHORT')
  expect(await sync({ force_refresh: true })).toMatchObject({ balance_transactions: { deleted: 0, kept: 1 } })
  expect(asked).toEqual([])
})

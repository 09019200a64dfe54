import { expect, it } from 'vitest'
import { forEachSeedAsync } from '../support/random.ts'
import { openPayPal } from './paypal-setup.ts'

/* Jobs that run while PayPal does not show its newest transactions yet: it may take three hours for each. */

const seeds = Number(process.env.SEEDS ?? 2)
const minutes = 60

it(
  'transactions that PayPal shows late are in the tables after the next job, whichever job ran meanwhile',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const counts = { subscriptions: 10, invoices: 5, disputes: 2 }
      const { paypal, run, differences, verify } = await openPayPal({
        transactions: 300,
        counts,
        seed,
        tokenLifetime: 40 * minutes,
        maximumItems: 60,
      })
      const shown = () => paypal.expected('transactions').length
      const atFirst = shown()
      let [inserted, mostHidden] = [0, 0]
      for (let step = 0; step < 10; step++) {
        for (let n = 0; n < 3 && step < 6; n++, inserted++) paypal.insert('transactions')
        const pending = [...paypal.stored('transactions')].filter(
          ({ object }) => (object.transaction_info as { transaction_status: string }).transaction_status === 'P',
        )
        for (const { key } of pending.slice(0, 1))
          paypal.update('transactions', key, { transaction_info: { transaction_status: 'S' } })
        mostHidden = Math.max(mostHidden, atFirst + inserted - shown())
        const job = await run(step % 5 === 0 ? {} : { sync_type: 'incremental' })
        expect(job).toMatchObject({ status: 'completed', error: null })
        expect(await differences(), `step ${step}`).toEqual([])
        paypal.advance(50 * minutes)
      }
      expect(mostHidden).toBeGreaterThan(2)
      paypal.advance(3 * 60 * minutes)
      expect(shown()).toBeGreaterThanOrEqual(atFirst + inserted)
      expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed' })
      expect(await differences()).toEqual([])
      expect(await verify()).toEqual([])
    })
  },
  seeds * 60_000,
)

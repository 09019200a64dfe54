import { expect, it } from 'vitest'
import { forEachSeedAsync } from '../support/random.ts'
import { openPayPal } from './paypal-setup.ts'

/*
 * A quarter of an account's changes: late transactions, settlements, refunds, disputes. Windows hold more than PayPal gives,
 * one of a busy day above all, and tokens end in mid-list. An incremental job follows every ten days.
 */

const seeds = Number(process.env.SEEDS ?? 1)
const timeoutMs = seeds * 300_000
const days = 90
const between = 10
/** One in five days before the quarter. */
const oldDisputes = 15
const maximumItems = 30

it(
  'a quarter of changes, followed by incremental jobs, is in the tables row by row',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const now = Math.floor(Date.now() / 1_000) - (days + 10) * 86_400
      // PayPal shows disputes of 180 days before its own clock, and jobs ask for 179 days before theirs: all are younger.
      const size = { transactions: 300, day: { transactions: 2 * maximumItems, daysAgo: 3 }, counts: { disputes: 0 } }
      const { paypal, run, differences, verify } = await openPayPal({ ...size, maximumItems, seed, now })
      for (let n = 1; n <= oldDisputes; n++) paypal.insert('disputes', {}, { at: now - n * 5 * 86_400 })
      let [seen, before] = [0, '']
      paypal.onRequest(({ path }) => {
        // A token that was minted a moment ago has not ended.
        if (++seen >= 17 && before !== '/v1/oauth2/token') {
          paypal.expireTokens()
          seen = 0
        }
        before = path
      })
      paypal.advance(6 * 3_600)
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      for (let day = 0; day < days; day += between) {
        paypal.simulate(between, { seed: seed + day })
        // Transaction Search has shown all changes by then.
        paypal.advance(6 * 3_600)
        expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed', error: null })
        expect(await differences()).toEqual([])
        expect(await verify()).toEqual([])
      }
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      expect(await differences()).toEqual([])
      expect(await verify()).toEqual([])
      expect(paypal.tokensMinted()).toBeGreaterThan(20)
    })
  },
  timeoutMs,
)

import { expect, it } from 'vitest'
import { forEachSeedAsync } from '../support/random.ts'
import { openShop } from './shopify-setup.ts'

/* A quarter of a shop's changes: new objects, updates, deletions, lists that lag. An incremental job follows every ten days. */

const seeds = Number(process.env.SEEDS ?? 1)
const timeoutMs = seeds * 300_000
const days = 90
const between = 10

it(
  'a quarter of changes, followed by incremental jobs, is in the tables row by row',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const now = Math.floor(Date.now() / 1_000) - (days + 10) * 86_400
      const { shop, run, differences, verify } = await openShop({ orders: 120, seed, now, lag: 30 })
      expect(await run()).toMatchObject({ status: 'completed' })
      for (let day = 0; day < days; day += between) {
        shop.simulate(between, { seed: seed + day, perDay: 4 })
        // The lists have shown all changes by then.
        shop.advance(600)
        expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed' })
        expect(await differences()).toEqual([])
      }
      expect(await verify()).toEqual([])
      expect(await run()).toMatchObject({ status: 'completed' })
      expect(await differences()).toEqual([])
      expect(await verify()).toEqual([])
    })
  },
  timeoutMs,
)

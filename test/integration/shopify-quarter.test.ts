import { expect, it } from 'vitest'
import { forEachSeedAsync } from '../support/random.ts'
import { openShop } from './shopify-setup.ts'

/*
 * A quarter of a shop's changes: new objects, updates, deletions, lists that lag. Pages are empty, points run out, and tokens
 * end between jobs and in them. An incremental job follows every ten days.
 */

const seeds = Number(process.env.SEEDS ?? 1)
const timeoutMs = seeds * 300_000
const days = 90
const between = 10
const accessToken = JSON.stringify({ shop: 'sandbox', clientId: 'sandbox-client', clientSecret: 'shpss_sandbox' })

it(
  'a quarter of changes, followed by incremental jobs, is in the tables row by row',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const now = Math.floor(Date.now() / 1_000) - (days + 10) * 86_400
      const { shop, send, differences, verify } = await openShop({
        ...{ orders: 120, seed, now, lag: 30 },
        ...{ emptyPages: 0.2, points: { restoreRate: 4_000, maximumAvailable: 4_000 }, grantLifetime: 86_400 },
      })
      const grants = () => shop.requests.filter(({ path }) => path.endsWith('/access_token')).length
      const run = (additionalData: object = {}) => send({ accessToken, additionalData })
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      for (let day = 0; day < days; day += between) {
        shop.simulate(between, { seed: seed + day, perDay: 4 })
        // The lists have shown all changes by then.
        shop.advance(600)
        shop.fail({ kind: 'token-expired', path: /graphql/, after: 4 + day / between, times: 1 })
        expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed', error: null })
        expect(await differences()).toEqual([])
      }
      expect(grants()).toBeGreaterThan((2 * days) / between)
      expect(await verify()).toEqual([])
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      expect(await differences()).toEqual([])
      expect(await verify()).toEqual([])
    })
  },
  timeoutMs,
)

import { expect, it } from 'vitest'
import { forEachSeedAsync } from '../support/random.ts'
import { openSquare } from './square-setup.ts'

/*
 * A quarter of a seller's changes: late sales, updates, deletions, tombstones, lists that lag. Pages are short or empty,
 * cursors end, and so do tokens. An incremental job follows every ten days.
 */

const seeds = Number(process.env.SEEDS ?? 1)
const timeoutMs = seeds * 300_000
const days = 90
const between = 10

it(
  'a quarter of changes, followed by incremental jobs, is in the tables row by row',
  async () => {
    await forEachSeedAsync(seeds, async (seed) => {
      const now = Math.floor(Date.now() / 1_000) - (days + 10) * 86_400
      const pages = { shortPages: 0.3, emptyPages: 0.2 }
      const { square, send, differences, verify } = await openSquare({ payments: 150, seed, now, lag: 30, ...pages })
      square.fail({ kind: 'no-such-cursor', path: /cursor=/, probability: 0.2 })
      let token = 0
      const run = (additionalData: object = {}) => send({ accessToken: `EAAAEquarter${token}`, additionalData })
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      const removed = new Set<string>()
      for (let day = 0; day < days; day += between) {
        for (const { step, id } of square.simulate(between, { seed: seed + day, perDay: 4 }))
          if (/customer/.test(step)) removed.add(`customers ${id}`)
        // The lists have shown all changes by then.
        square.advance(120)
        let left = 3 + day / between
        const ends = square.onRequest(() => {
          if (left-- === 0) square.expireToken(`EAAAEquarter${token}`)
        })
        expect(await run({ sync_type: 'incremental' })).toMatchObject({
          status: 'failed',
          error: { code: 'key_not_accepted' },
        })
        ends()
        token++
        expect(await run({ sync_type: 'incremental' })).toMatchObject({ status: 'completed', error: null })
        // What is left is a customer that was deleted: no list of changes has it.
        expect((await differences()).filter((difference) => !removed.has(difference))).toEqual([])
      }
      expect(await run()).toMatchObject({ status: 'completed', error: null })
      expect(await differences()).toEqual([])
      expect(await verify()).toEqual([])
    })
  },
  timeoutMs,
)

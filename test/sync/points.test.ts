import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { createPoints } from '../../src/sync/points.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'

const never = new AbortController().signal
setMaxListeners(0, never)

interface Shop {
  readonly maximum?: number
  readonly perSecond?: number
  readonly mostRequested?: number
  readonly latencyMs?: number
  readonly seed?: number
}

/** A provider that keeps a bucket of points: requests need `requested`, and take `actual` in the end. */
function setup({ maximum = 2_000, perSecond = 1_000, mostRequested, latencyMs = 200, seed = 1 }: Shop = {}) {
  const random = createFractions(seed)
  const clock = createVirtualClock(random)
  let waits = 0
  const points = createPoints({
    ...clock,
    sleep(ms, signal) {
      waits++
      return clock.sleep(ms, signal)
    },
  })
  const server = { available: maximum, at: clock.now(), throttled: 0, spent: 0 }
  const refill = () => {
    const now = clock.now()
    server.available = Math.min(maximum, server.available + ((now - server.at) / 1_000) * perSecond)
    server.at = now
  }
  const ask = (kind: string, requested: number, actual = requested) =>
    points.spend(
      kind,
      async () => {
        await clock.sleep(latencyMs * random())
        refill()
        if (server.available < requested) {
          server.throttled++
          throw new Error('throttled')
        }
        server.available -= requested
        await clock.sleep(latencyMs * random())
        refill()
        server.available = Math.min(maximum, server.available + requested - actual)
        server.spent += actual
        return {
          allowance: {
            requested,
            actual,
            available: server.available,
            maximum,
            perSecond,
            ...(mostRequested && { mostRequested }),
          },
        }
      },
      never,
    )
  return { clock, points, server, ask, waits: () => waits }
}

describe('points', () => {
  for (const seed of [1, 2, 3, 4, 5])
    it(`are all spent, and no request is refused for the lack of them (seed ${seed})`, async () => {
      const { clock, server, ask } = setup({ seed })
      const began = clock.now()
      await clock.run(Promise.all(Array.from({ length: 300 }, () => ask('orders', 300, 260))))
      const seconds = (clock.now() - began) / 1_000
      expect(server.throttled).toBe(0)
      expect(server.spent / (2_000 + seconds * 1_000)).toBeGreaterThan(0.95)
    })

  for (const seed of [1, 2, 3, 4, 5])
    it(`are not counted as restored while a full bucket cannot take them (seed ${seed})`, async () => {
      const { clock, server, ask } = setup({ maximum: 1_000, mostRequested: 1_000, seed })
      // What is restored before the first request arrives is lost, and the others ask for nearly all.
      const kinds = Array.from({ length: 60 }, (_, at) => (at % 6 === 0 ? ask('page', 900, 500) : ask('rest', 99, 66)))
      await clock.run(Promise.all(kinds))
      expect(server.throttled).toBe(0)
    })

  it('are not counted as restored before an answer that does not tell of them', async () => {
    const { clock, points, ask } = setup({ maximum: 1_000, perSecond: 1_000, latencyMs: 10 })
    for (const cost of [400, 900]) await clock.run(ask(`${cost}`, cost))
    await clock.run(clock.sleep(1_000))
    // It may have arrived only just before it was answered: the bucket was full until then.
    await clock.run(points.spend('400', () => clock.sleep(900).then(() => ({})), never))
    expect(points.delay('900')).toBe(300)
  })

  it('are not those of an answer that comes after one that is newer', async () => {
    const { clock, points } = setup()
    const limits = { maximum: 3_000, perSecond: 1 }
    const spend = (kind: string, requested: number, { available, ms = 0 }: { available: number; ms?: number }) =>
      points.spend(
        kind,
        async () => {
          await clock.sleep(ms)
          return { allowance: { requested, actual: requested, available, ...limits } }
        },
        never,
      )
    await clock.run(spend('small', 100, { available: 2_900 }))
    await clock.run(spend('large', 500, { available: 2_400 }))
    const older = spend('small', 100, { available: 2_300, ms: 900 })
    const newer = spend('large', 500, { available: 1_800, ms: 500 })
    await clock.run(Promise.all([older, newer]))
    // A request of a new kind needs all 3,000, of which 1,800 are there.
    expect(points.delay('new')).toBeGreaterThan(1_190_000)
  })

  it('that only an answer gives back are waited for without a timer', async () => {
    const { clock, ask, waits } = setup({ maximum: 1_000, perSecond: 1_000, latencyMs: 5_000 })
    await clock.run(ask('orders', 900, 500))
    await clock.run(Promise.all([ask('orders', 900, 500), ask('orders', 900, 500)]))
    // A timer for what lacked after the first answer.
    expect(waits()).toBeLessThanOrEqual(2)
  })

  it('are kept apart by kind: a costly kind does not start on the price of a cheap one', async () => {
    const { clock, server, ask } = setup({ maximum: 1_000, perSecond: 100 })
    const kinds = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? ask('cheap', 20) : ask('dear', 700, 90)))
    await clock.run(Promise.all(kinds))
    expect(server.throttled).toBe(0)
  })

  it('that an answer gives back start what waits for them at once', async () => {
    const { clock, ask } = setup({ maximum: 20_000, perSecond: 1_000, latencyMs: 100 })
    const began = clock.now()
    // Each kind starts with all points, of which it takes few.
    await clock.run(Promise.all(Array.from({ length: 10 }, (_, at) => ask(`kind ${at}`, 900, 10))))
    expect(clock.now() - began).toBeLessThan(3_000)
  })

  it('of a new kind are as many as any request may need: it does not wait until all are there', async () => {
    const { clock, server, ask } = setup({ maximum: 20_000, perSecond: 100, mostRequested: 1_000, latencyMs: 100 })
    await clock.run(ask('orders', 900))
    // 19,100 are there, of which 18 take 900 each.
    const orders = Array.from({ length: 18 }, () => ask('orders', 900))
    const began = clock.now()
    await clock.run(Promise.all([...orders, ...Array.from({ length: 2 }, (_, at) => ask(`kind ${at}`, 1_000, 10))]))
    expect(server.throttled).toBe(0)
    expect(clock.now() - began).toBeLessThan(2_000)
  })

  it('of a request that is refused are there again', async () => {
    const { clock, points, ask } = setup({ maximum: 20_000, perSecond: 100, latencyMs: 100 })
    await clock.run(ask('orders', 100))
    await clock.run(ask('orders', 100))
    const began = clock.now()
    const refused = points.spend(
      'customers',
      () => Promise.reject(new SyncError('reject', 'answer_too_large', 'x: no.', { scope: 'page' })),
      never,
    )
    await expect(clock.run(refused)).rejects.toThrow('no.')
    await clock.run(ask('customers', 100))
    expect(clock.now() - began).toBeLessThan(5_000)
  })

  it('that another program spends are noticed', async () => {
    const { clock, server, ask } = setup()
    await clock.run(ask('orders', 300))
    const requests = Array.from({ length: 50 }, async (_, at) => {
      if (at % 10 === 0) server.available = Math.min(server.available, 50)
      await ask('orders', 300).catch(() => {})
    })
    await clock.run(Promise.all(requests))
    expect(server.throttled).toBeLessThan(10)
  })

  it('end a wait when it is aborted', async () => {
    const { clock, points, ask } = setup({ maximum: 300, perSecond: 1 })
    await clock.run(ask('orders', 300))
    const stop = new AbortController()
    const waiting = points.spend('orders', async () => ({}), stop.signal)
    stop.abort(new Error('stopped'))
    await expect(clock.run(waiting)).rejects.toThrow('stopped')
  })
})

describe('a request', () => {
  const allowance = (requested: number, available: number) => ({
    allowance: { requested, actual: requested, available, maximum: 1_000, perSecond: 100 },
  })
  /** A full bucket of 1,000 points, with requests of 600 and 400 known. */
  async function open() {
    const clock = createVirtualClock()
    const points = createPoints(clock)
    await clock.run(points.spend('large', async () => allowance(600, 1_000), never))
    await clock.run(points.spend('small', async () => allowance(400, 1_000), never))
    await clock.run(clock.sleep(60_000))
    return { clock, points }
  }

  it('that takes all that is left besides one in flight waits for no answer', async () => {
    const { clock, points } = await open()
    const started: string[] = []
    const slow = async (kind: string, ms: number) => {
      started.push(`${kind} ${clock.now() - 60_000}`)
      await clock.sleep(ms)
      return allowance(kind === 'large' ? 600 : 400, 1_000)
    }
    const first = points.spend('large', () => slow('large', 9_000), never)
    await clock.run(Promise.all([first, points.spend('small', () => slow('small', 10), never)]))
    expect(started).toEqual(['large 0', 'small 0'])
  })

  it('waits for those in line before it as well', async () => {
    const { clock, points } = await open()
    const stop = new AbortController()
    const slow = () => clock.sleep(60_000).then(() => ({}))
    const held = [points.spend('large', slow, never), points.spend('small', slow, never)]
    await clock.run(clock.sleep(1))
    expect(points.delay('small')).toBeLessThan(4_100)
    const waiting = points.spend('small', slow, stop.signal).catch(() => 'stopped')
    await clock.run(clock.sleep(1))
    expect(points.delay('small')).toBeGreaterThan(7_900)
    stop.abort(new Error('stopped'))
    expect(await clock.run(waiting)).toBe('stopped')
    await clock.run(Promise.all(held))
  })
})

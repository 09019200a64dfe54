import { describe, expect, it } from 'vitest'
import { createLimiter } from '../../src/sync/limiter.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'
import { leastLeft, mostWithin, never } from './limiter-setup.ts'

function setup({ perSecond = 25, concurrency = 1_000, lateMs = 0, seed = 1 } = {}) {
  const random = createFractions(seed)
  const virtual = createVirtualClock(random)
  // Real timers fire late, by a little more each time than a virtual clock would.
  const clock = {
    ...virtual,
    sleep: (ms: number, signal?: AbortSignal) => virtual.sleep(ms + lateMs * random(), signal),
  }
  const limiter = createLimiter({ perSecond, concurrency }, clock)
  const starts: number[] = []
  const call = (ms = 200, signal: AbortSignal = never) =>
    limiter.run(async () => {
      starts.push(clock.now())
      await virtual.sleep(ms)
    }, signal)
  return { clock, limiter, starts, call }
}

describe('a limiter with work waiting', () => {
  for (const perSecond of [1, 25, 100, 1_000])
    for (const lateMs of [0, 2, 15]) {
      const title = `${perSecond} a second, timers up to ${lateMs} ms late`
      it(`never starts more in any second than its ceiling, nor more than a bucket of a tenth of a second has: ${title}`, async () => {
        const { clock, starts, call } = setup({ perSecond, lateMs })
        await clock.run(Promise.all(Array.from({ length: Math.max(20, perSecond * 5) }, () => call(300))))
        expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(perSecond)
        // One is let in at a time, and one may catch up for a late timer.
        expect(leastLeft(starts, perSecond, Math.max(2, perSecond / 10))).toBeGreaterThan(-1e-6)
      })
    }

  for (const perSecond of [25, 100])
    for (const lateMs of [0, 2, 8])
      it(`reaches 99 % of its ceiling: ${perSecond} a second, timers up to ${lateMs} ms late`, async () => {
        const { clock, starts, call } = setup({ perSecond, lateMs })
        await clock.run(Promise.all(Array.from({ length: perSecond * 10 }, () => call())))
        expect(((starts.length - 1) / starts.at(-1)!) * 1_000).toBeGreaterThan(0.99 * perSecond)
      })

  for (const perSecond of [25, 100])
    it(`makes up for a thread that was busy up to 150 ms, and keeps its ceiling in every second: ${perSecond} a second`, async () => {
      const { clock, starts, call } = setup({ perSecond, lateMs: 150 })
      await clock.run(Promise.all(Array.from({ length: perSecond * 10 }, () => call())))
      expect(((starts.length - 1) / starts.at(-1)!) * 1_000).toBeGreaterThan(0.9 * perSecond)
      expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(perSecond)
    })

  it('spaces requests evenly', async () => {
    const { clock, starts, call } = setup()
    await clock.run(Promise.all(Array.from({ length: 6 }, () => call())))
    expect(starts).toEqual([0, 40, 80, 120, 160, 200])
  })

  it('does not save up what was not used', async () => {
    const { clock, starts, call } = setup()
    await clock.run(clock.sleep(60_000))
    await clock.run(Promise.all(Array.from({ length: 30 }, () => call())))
    expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(25)
    expect(mostWithin(starts, 100)).toBeLessThanOrEqual(4)
  })

  it('starts calls in the order they came', async () => {
    const { clock, limiter } = setup({ concurrency: 2 })
    const order: number[] = []
    const calls = Array.from({ length: 10 }, (_, n) =>
      limiter.run(async () => {
        order.push(n)
        await clock.sleep(n % 3 === 0 ? 500 : 10)
      }, never),
    )
    await clock.run(Promise.all(calls))
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('never has more calls at once than its ceiling, and uses what it has', async () => {
    const { clock, limiter } = setup({ perSecond: 1_000, concurrency: 4 })
    let [open, most] = [0, 0]
    const calls = Array.from({ length: 40 }, () =>
      limiter.run(async () => {
        most = Math.max(most, ++open)
        await clock.sleep(100)
        open--
      }, never),
    )
    await clock.run(Promise.all(calls))
    expect(most).toBe(4)
    expect(clock.now()).toBeLessThan(1_100)
  })

  it('goes on after a call that fails', async () => {
    const { clock, limiter } = setup({ concurrency: 1 })
    const failing = limiter.run(() => Promise.reject(new Error('no')), never)
    await expect(clock.run(failing)).rejects.toThrow('no')
    expect(await clock.run(limiter.run(async () => 'yes', never))).toBe('yes')
  })
})

describe('a call that is aborted while it waits', () => {
  it('for its turn ends with the reason and is never made', async () => {
    const { clock, starts, call } = setup({ perSecond: 1 })
    const stop = new AbortController()
    const calls = [call(), call(0, stop.signal), call(0, stop.signal)]
    const endings = Promise.allSettled(calls)
    void clock.sleep(300).then(() => stop.abort('out of time'))
    const [first, second, third] = await clock.run(endings)
    expect(first!.status).toBe('fulfilled')
    expect([second, third]).toEqual([
      { status: 'rejected', reason: 'out of time' },
      { status: 'rejected', reason: 'out of time' },
    ])
    expect(starts).toEqual([0])
    expect(clock.now()).toBe(300)
  })

  it('for room ends with the reason, and the room is not lost', async () => {
    const { clock, starts, call } = setup({ concurrency: 1 })
    const stop = new AbortController()
    const endings = Promise.allSettled([call(1_000), call(0, stop.signal), call(50)])
    void clock.sleep(300).then(() => stop.abort('out of time'))
    const [, second, third] = await clock.run(endings)
    expect(second).toEqual({ status: 'rejected', reason: 'out of time' })
    expect(third!.status).toBe('fulfilled')
    expect(starts).toEqual([0, 1_000])
  })
})

describe('a limiter that was told of a limit', () => {
  it('halves its rate, once for the requests that were in flight then', async () => {
    const { clock, limiter } = setup({ perSecond: 100 })
    for (let n = 0; n < 10; n++) limiter.lower('rate')
    expect(limiter.rate()).toBe(50)
    await clock.run(clock.sleep(1_000))
    limiter.lower('rate')
    expect(limiter.rate()).toBeCloseTo(27.5)
  })

  it('is back at its ceiling within seconds', async () => {
    const { clock, limiter } = setup({ perSecond: 100 })
    limiter.lower('rate')
    await clock.run(clock.sleep(5_000))
    expect(limiter.rate()).toBe(75)
    await clock.run(clock.sleep(5_001))
    expect(limiter.rate()).toBe(100)
  })

  it('never stops altogether', async () => {
    const { clock, limiter } = setup({ perSecond: 100 })
    for (let n = 0; n < 100; n++) {
      limiter.lower('rate')
      await clock.run(clock.sleep(1_000))
    }
    expect(limiter.rate()).toBeGreaterThanOrEqual(2)
  })

  it('starts requests at the lower rate', async () => {
    const { clock, limiter, starts, call } = setup()
    limiter.lower('rate')
    await clock.run(Promise.all(Array.from({ length: 12 }, () => call())))
    expect(starts.at(-1)).toBeGreaterThan(800)
  })

  it('halves what it lets in at once where concurrency was the limit, and leaves the rate', async () => {
    const { clock, limiter } = setup({ perSecond: 1_000, concurrency: 8 })
    limiter.lower('concurrency')
    let [open, most] = [0, 0]
    const calls = Array.from({ length: 20 }, () =>
      limiter.run(async () => {
        most = Math.max(most, ++open)
        await clock.sleep(20)
        open--
      }, never),
    )
    await clock.run(Promise.all(calls))
    expect([most, limiter.rate()]).toEqual([4, 1_000])
  })
})

describe('delay', () => {
  it('is how long a call made now would wait behind those in line', async () => {
    const { clock, limiter, call } = setup()
    expect(limiter.delay()).toBe(0)
    const calls = [call(), call(), call()]
    await new Promise(setImmediate)
    expect(limiter.delay()).toBe(120)
    await clock.run(Promise.all(calls))
  })

  it('is endless while too many are in flight', async () => {
    const { clock, limiter, call } = setup({ concurrency: 1 })
    const first = call(500)
    await new Promise(setImmediate)
    expect(limiter.delay()).toBe(Number.POSITIVE_INFINITY)
    await clock.run(first)
    expect(limiter.delay()).toBe(0)
  })
})

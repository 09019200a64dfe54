import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { type LimitHit, SyncError } from '../../src/errors.ts'
import type { Account, ListSource } from '../../src/provider/contract.ts'
import { createLimiter, limited } from '../../src/sync/limiter.ts'
import { rateLimited } from '../../src/sync/rate-limited.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'

const never = new AbortController().signal
// Each call that waits listens to it.
setMaxListeners(0, never)

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

/** The most starts in any half-open interval of that length. */
function mostWithin(starts: readonly number[], ms: number): number {
  let most = 0
  for (let from = 0, to = 0; to < starts.length; to++) {
    while (starts[to]! - starts[from]! >= ms) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}

/** The least a bucket of that size, filled at that rate, would have held after letting a request in. */
function leastLeft(starts: readonly number[], perSecond: number, size: number): number {
  let [tokens, at, least] = [size, 0, size]
  for (const start of starts) {
    tokens = Math.min(size, tokens + ((start - at) / 1_000) * perSecond) - 1
    at = start
    least = Math.min(least, tokens)
  }
  return least
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

function sourceNamed(name: string, list: ListSource['list'], more: Partial<ListSource> = {}): ListSource {
  return { kind: 'list', name, table: customers, row: () => ({ id: name }), list, ...more }
}

const page = { items: [], next: null, observedAt: new Date(0) }

describe('endpoints within an account', () => {
  const account = () => {
    const clock = createVirtualClock()
    const within = createLimiter({ perSecond: 10, concurrency: 100 }, clock)
    const endpoint = () => createLimiter({ perSecond: 10, concurrency: 100, within }, clock)
    const [long, short] = [endpoint(), endpoint()]
    const order: string[] = []
    const ask = (list: typeof long, name: string, signal = never) =>
      list.run(async () => void order.push(`${name} ${clock.now()}`), signal)
    return { clock, long, short, order, ask }
  }

  it('takes turns by their lines: the longest is next, and who has waited a quarter of a second', async () => {
    const { clock, long, short, order, ask } = account()
    const all = [ask(short, 'a'), ask(short, 'b'), ...Array.from({ length: 6 }, (_, n) => ask(long, `long ${n}`))]
    await clock.run(Promise.all(all))
    expect(order.map((line) => line.split(' ').slice(0, -1).join(' '))).toEqual([
      'a',
      'long 0',
      'long 1',
      'long 2',
      'b',
      'long 3',
      'long 4',
      'long 5',
    ])
  })

  it('forgets a call that waits no longer, in either line', async () => {
    const { clock, long, short, order, ask } = account()
    const stop = new AbortController()
    const first = ask(long, 'first')
    const given = [ask(long, 'second', stop.signal), ask(long, 'third', stop.signal)]
    const other = ask(short, 'other')
    stop.abort(new Error('stopped'))
    expect(await Promise.allSettled(given)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
    await clock.run(Promise.all([first, other, ask(long, 'fourth')]))
    expect(order.map((line) => line.split(' ')[0])).toEqual(['first', 'other', 'fourth'])
    expect(long.delay()).toBeLessThanOrEqual(100)
  })

  it('gives back the turn of a call that was given up while the account let it in', async () => {
    const clock = createVirtualClock()
    const stop = new AbortController()
    let left = 0
    const within = {
      ...createLimiter({ perSecond: 10, concurrency: 1 }, clock),
      async enter() {
        stop.abort(new Error('stopped'))
        return () => void left++
      },
    }
    const endpoint = createLimiter({ perSecond: 10, concurrency: 1, within }, clock)
    await expect(clock.run(endpoint.enter(stop.signal))).rejects.toThrow('stopped')
    expect(left).toBe(1)
    expect(endpoint.delay()).toBe(0)
  })
})

describe('a source behind its limiters', () => {
  const scopes: Readonly<Record<LimitHit['scope'], readonly [number, number]>> = {
    endpoint: [12.5, 100],
    account: [25, 50],
  }
  for (const [scope, rates] of Object.entries(scopes))
    it(`lowers the ${scope}'s limiter and no other when the provider names it`, async () => {
      const clock = createVirtualClock()
      const account = createLimiter({ perSecond: 100, concurrency: 64 }, clock)
      const endpoint = createLimiter({ perSecond: 25, concurrency: 16, within: account }, clock)
      const limit: LimitHit = { scope: scope === 'account' ? 'account' : 'endpoint', kind: 'rate' }
      const failing = () => Promise.reject(new SyncError('retry', 'rate_limited', 'x: no', { limit }))
      const call = limited(failing, { endpoint, account, waiting: never })
      await expect(clock.run(call(() => Promise.resolve(page)))).rejects.toThrow('x: no')
      expect([endpoint.rate(), account.rate()]).toEqual(rates)
    })

  it('lowers nothing for an error that names no limit', async () => {
    const clock = createVirtualClock()
    const account = createLimiter({ perSecond: 100, concurrency: 64 }, clock)
    const failing = () => Promise.reject(new SyncError('retry', 'provider_busy', 'x: no'))
    const call = limited(failing, { endpoint: account, account, waiting: never })
    await expect(clock.run(call(() => Promise.resolve(page)))).rejects.toThrow('x: no')
    expect(account.rate()).toBe(100)
  })
})

describe('the sources of one account', () => {
  /** Each resource asks for so many pages at once; returns when its requests started. */
  async function rush(pages: Readonly<Record<string, number>>, latencyMs = 200) {
    const clock = createVirtualClock(createFractions(7))
    const starts: Record<string, number[]> = {}
    const account: Account = {
      id: 'acct_1',
      mode: 'live',
      credential: '',
      perSecond: 100,
      sources: Object.keys(pages).map((name) =>
        sourceNamed(
          name,
          async () => {
            starts[name] = [...(starts[name] ?? []), clock.now()]
            await clock.sleep(latencyMs)
            return page
          },
          { perSecond: 25 },
        ),
      ),
      identify: async () => ({ account: 'acct_1', since: 0 }),
      close() {},
    }
    const { sources, requests } = rateLimited(account, Object.keys(pages), {
      clock,
      waiting: never,
      finishing: never,
    })
    const calls = sources.flatMap((source) =>
      Array.from({ length: pages[source.name]! }, () => source.list({ cursor: null, limit: 1 }, never)),
    )
    await clock.run(Promise.all(calls))
    return {
      starts,
      all: Object.values(starts)
        .flat()
        .sort((a, b) => a - b),
      requests: requests(),
    }
  }

  it('stay together below the account and each below its endpoint, even when an endpoint has waited for the account', async () => {
    const { starts, all, requests } = await rush({ a: 100, b: 40, c: 40, d: 40, e: 40, f: 40 })
    expect(requests).toBe(300)
    expect(mostWithin(all, 1_000)).toBeLessThanOrEqual(100)
    expect(leastLeft(all, 100, 10)).toBeGreaterThan(-1e-6)
    for (const times of Object.values(starts)) {
      expect(mostWithin(times, 1_000)).toBeLessThanOrEqual(25)
      expect(leastLeft(times, 25, 2.5)).toBeGreaterThan(-1e-6)
    }
  })

  it('take turns where the account is what limits them', async () => {
    const { starts } = await rush({ a: 60, b: 60, c: 60, d: 60, e: 60, f: 60, g: 60, h: 60 })
    const inFirstSeconds = Object.values(starts).map((times) => times.filter((at) => at < 3_000).length)
    expect(Math.max(...inFirstSeconds) - Math.min(...inFirstSeconds)).toBeLessThanOrEqual(2)
  })

  it('reach 97 % of what the account allows', async () => {
    const { all } = await rush({ a: 250, b: 250, c: 250, d: 250, e: 250 })
    const at = all.indexOf(all.findLast((start) => start < 9_000)!)
    expect((at / all[at]!) * 1_000).toBeGreaterThan(97)
  })
})

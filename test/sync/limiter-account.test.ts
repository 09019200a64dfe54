import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { type LimitHit, SyncError } from '../../src/errors.ts'
import type { Account, ListSource } from '../../src/provider/contract.ts'
import { createLimiter, limited } from '../../src/sync/limiter.ts'
import { rateLimited } from '../../src/sync/rate-limited.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'
import { leastLeft, mostWithin, never } from './limiter-setup.ts'

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

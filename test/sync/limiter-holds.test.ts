import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { type LimitHit, SyncError } from '../../src/errors.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { createLimiter, limitPatienceMs } from '../../src/sync/limiter.ts'
import { rateLimited } from '../../src/sync/rate-limited.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { never } from './limiter-setup.ts'

const page = { items: [], next: null, observedAt: new Date(0) }

/** An account that refuses its first requests, and three lists of it that are asked for at once. */
function setup(scope: LimitHit['scope'], waits: readonly number[]) {
  const clock = createVirtualClock()
  const starts: string[] = []
  const left = [...waits]
  const answer = async (name: string) => {
    starts.push(`${name} ${Math.floor(clock.now() / 1_000)}`)
    await clock.sleep(200)
    const retryAfter = left.shift()
    if (retryAfter === undefined) return page
    throw new SyncError('retry', 'rate_limited', 'x: no', { retryAfter, limit: { scope, kind: 'rate' } })
  }
  const sources = ['a', 'b', 'c'].map(
    (name): ListSource => ({
      kind: 'list',
      name,
      table: customers,
      row: () => ({ id: name }),
      list: () => answer(name),
    }),
  )
  const account = {
    id: 'acct_1',
    mode: 'live',
    credential: '',
    perSecond: 1,
    concurrency: 1,
    sources,
    async identify() {
      await answer('account')
      return { account: 'acct_1', since: 0 }
    },
    close() {},
  } as const
  const reading = rateLimited(account, ['a', 'b', 'c'], { clock, waiting: never, finishing: never })
  const lists = reading.sources.map((source) => () => source.list({ cursor: null, limit: 1 }, never))
  return { clock, starts, reading, ask: () => Promise.allSettled(lists.map((list) => list())) }
}

describe('a wait that the provider demands', () => {
  it('holds every request of the account, and not only the one that was refused', async () => {
    const { clock, starts, ask } = setup('account', [30_000])
    await clock.run(ask())
    expect(starts[0]).toBe('a 0')
    expect(starts.slice(1).every((start) => Number(start.split(' ')[1]) >= 30)).toBe(true)
    expect(starts.map((start) => start[0]).sort()).toEqual(['a', 'a', 'b', 'c'])
  })

  it('of an endpoint holds no other', async () => {
    const { clock, starts, ask } = setup('endpoint', [30_000])
    await clock.run(ask())
    expect(starts).toEqual(['a 0', 'b 1', 'c 2', 'a 30'])
  })

  it('is as long as the longest of them', async () => {
    const { clock, starts, ask } = setup('account', [30_000, 100_000])
    await clock.run(ask())
    const [first, second, ...others] = starts.map((start) => Number(start.split(' ')[1]))
    expect([first, second]).toEqual([0, 30])
    expect(Math.min(...others)).toBe(130)
  })

  it('fails the calls that wait, and new ones, where it is longer than a worker waits', async () => {
    const { clock, starts, ask, reading } = setup('account', [300_000])
    const refused = { status: 'rejected', reason: { code: 'rate_limited', retryAfter: 300_000 } }
    expect(await clock.run(ask())).toMatchObject([refused, refused, refused])
    await expect(clock.run(reading.identify(never))).rejects.toThrow('x: no')
    expect(starts).toEqual(['a 0'])
    await clock.run(clock.sleep(300_000))
    expect(await clock.run(ask())).toMatchObject(Array(3).fill({ status: 'fulfilled' }))
  })

  it('is shorter by the time that has passed for a call that comes later', async () => {
    const { clock, starts, ask, reading } = setup('account', [300_000])
    await clock.run(ask())
    await clock.run(clock.sleep(100_000))
    const left = 300_200 - clock.now()
    const refused = { code: 'rate_limited', message: 'x: no', retryAfter: left, limit: { scope: 'account' } }
    await expect(clock.run(reading.identify(never))).rejects.toMatchObject(refused)
    expect(left).toBeLessThan(200_001)
    await clock.run(clock.sleep(50_000))
    // It is short enough to be waited for now.
    await clock.run(reading.identify(never))
    expect(starts).toEqual(['a 0', 'account 300'])
  })

  it('is kept by the request for the age of the account, too, which is not tried again', async () => {
    const { clock, starts, ask, reading } = setup('account', [30_000])
    await expect(clock.run(reading.since(never))).rejects.toThrow('x: no')
    await clock.run(ask())
    expect(starts[0]).toBe('account 0')
    expect(starts.slice(1)).toEqual(['a 30', 'b 31', 'c 32'])
  })
})

describe('a limiter that is held', () => {
  const demanded = (retryAfter: number) => new SyncError('retry', 'rate_limited', 'x: no', { retryAfter })
  const held = (retryAfter: number) => {
    const clock = createVirtualClock()
    const limiter = createLimiter({ perSecond: 1, concurrency: 1 }, clock)
    limiter.hold(demanded(retryAfter))
    return { clock, run: () => clock.run(limiter.run(async () => clock.now(), never)) }
  }

  it('waits for as long as its patience lasts, and fails what would wait for longer', async () => {
    expect(await held(limitPatienceMs).run()).toBe(limitPatienceMs)
    await expect(held(limitPatienceMs + 1).run()).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('fails nothing once the wait is over', async () => {
    const { clock, run } = held(200_000)
    await clock.run(clock.sleep(199_999))
    await expect(run()).rejects.toMatchObject({ retryAfter: 1 })
    await clock.run(clock.sleep(1))
    expect(await run()).toBe(200_000)
  })
})

import { setMaxListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { createLimiter, limited } from '../../src/sync/limiter.ts'
import { createRecovery } from '../../src/sync/recovery.ts'
import { retried } from '../../src/sync/retry.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'

const never = new AbortController().signal
// Each call that waits listens to it.
setMaxListeners(0, never)

function setup() {
  const clock = createVirtualClock()
  const recovery = createRecovery(clock)
  const shareAfter = async (seconds: number) => {
    await clock.run(clock.sleep(seconds * 1_000))
    return recovery.share()
  }
  /** Time until the share is so much. */
  const until = async (share: number) => {
    let seconds = 0
    for (; recovery.share() < share - 1e-9 && seconds < 1_000; seconds++) await shareAfter(1)
    return seconds
  }
  return { recovery, shareAfter, until }
}

describe('a share of a ceiling', () => {
  it('is whole ten seconds after one error', async () => {
    const { recovery, shareAfter } = setup()
    expect(recovery.share()).toBe(1)
    recovery.lower()
    expect([recovery.share(), await shareAfter(5), await shareAfter(5)]).toEqual([0.5, 0.75, 1])
  })

  it('after a second error climbs fast to just below where it came, slowly past it, and fast again', async () => {
    const { recovery, shareAfter, until } = setup()
    recovery.lower()
    await shareAfter(2)
    expect(recovery.share()).toBeCloseTo(0.6)
    recovery.lower()
    expect(recovery.share()).toBeCloseTo(0.3)
    expect(await until(0.51)).toBe(5)
    expect(await until(0.6)).toBe(15)
    expect(await until(0.66)).toBe(10)
    expect(await until(1)).toBe(6)
  })

  it('climbs more slowly with each error at the same level, at most in a minute', async () => {
    const { recovery, until } = setup()
    recovery.lower()
    await until(0.6)
    recovery.lower()
    const climbs: number[] = []
    for (let n = 0; n < 4; n++) {
      await until(0.51)
      climbs.push(await until(0.6))
      recovery.lower()
    }
    expect(climbs.map((seconds) => Math.round(seconds / 5) * 5)).toEqual([15, 30, 60, 60])
  })

  it('forgets the level once it has been whole for a minute', async () => {
    const { recovery, shareAfter, until } = setup()
    recovery.lower()
    await shareAfter(2)
    recovery.lower()
    await until(1)
    await shareAfter(61)
    recovery.lower()
    expect(await shareAfter(10)).toBe(1)
  })

  it('takes an error after exactly a minute for the first again', async () => {
    const { recovery, shareAfter } = setup()
    recovery.lower()
    expect(await shareAfter(10)).toBe(1)
    await shareAfter(60)
    recovery.lower()
    expect(await shareAfter(10)).toBe(1)
  })

  it('is whole again as fast as ever where errors come by chance, two minutes apart', async () => {
    const { recovery, shareAfter } = setup()
    for (let n = 0; n < 5; n++) {
      recovery.lower()
      expect(await shareAfter(10)).toBe(1)
      await shareAfter(110)
    }
  })

  it('never ends', async () => {
    const { recovery, shareAfter } = setup()
    for (let n = 0; n < 100; n++) {
      recovery.lower()
      await shareAfter(1)
    }
    expect(recovery.share()).toBeGreaterThanOrEqual(0.02)
    expect(await shareAfter(120)).toBe(1)
  })
})

/** Ten minutes of twenty readers at a provider whose bucket of a second refuses what is beyond `allowed`. */
async function tenMinutes(perSecond: number, allowed: (second: number) => number) {
  const clock = createVirtualClock(createFractions(1))
  const limiter = createLimiter({ perSecond, concurrency: 64 }, clock)
  const seconds = 600
  let [tokens, at, refused, answered] = [allowed(0), 0, 0, 0]
  const ask = async () => {
    const rate = allowed(clock.now() / 1_000)
    tokens = Math.min(Math.max(1, rate), tokens + ((clock.now() - at) / 1_000) * rate)
    at = clock.now()
    await clock.sleep(200)
    if (tokens < 1) {
      refused++
      throw new SyncError('retry', 'rate_limited', 'x: no', { limit: { scope: 'account', kind: 'rate' } })
    }
    tokens--
    answered++
  }
  const limits = { endpoint: limiter, account: limiter, waiting: never }
  const call = retried(
    limited((work) => work(), limits),
    { clock, waiting: never },
  )
  const read = async () => {
    while (clock.now() < seconds * 1_000) await call(ask)
  }
  await clock.run(Promise.all(Array.from({ length: 20 }, read)))
  let most = 0
  for (let second = 0; second < seconds; second++) most += Math.min(perSecond, allowed(second))
  return { refused, used: answered / most }
}

describe('a provider that allows less than the ceiling', () => {
  // With the recovery in ten seconds these were 265, 434 and 152 refusals.
  for (const [perSecond, most] of [
    [25, 40],
    [100, 65],
    [3, 20],
  ] as const)
    it(`a third of ${perSecond} a second, refuses at most ${most} requests in ten minutes, and gets what it allows`, async () => {
      const { refused, used } = await tenMinutes(perSecond, () => perSecond / 3)
      expect(refused).toBeLessThanOrEqual(most)
      expect(used).toBeGreaterThan(0.92)
    })

  it('for three minutes only is asked as fast as it allows soon after', async () => {
    const { refused, used } = await tenMinutes(25, (second) => (second < 180 ? 25 / 3 : 26))
    expect(refused).toBeLessThanOrEqual(25)
    expect(used).toBeGreaterThan(0.85)
  })
})

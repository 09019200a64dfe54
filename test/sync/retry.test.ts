import { describe, expect, it } from 'vitest'
import { backOff } from '../../src/clock.ts'
import { SyncError, type Verdict } from '../../src/errors.ts'
import type { Page } from '../../src/provider/contract.ts'
import { retried } from '../../src/sync/retry.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { createFractions } from './fractions.ts'

const page: Page = { items: [], next: null, observedAt: new Date(0) }
const busy = (more: ConstructorParameters<typeof SyncError>[3] = {}) =>
  new SyncError('retry', 'provider_busy', 'x: busy', more)

/** A source that fails with these errors in turn, the last one for ever, or works once they are used up. */
function setup(errors: readonly unknown[], { random = (): number => 0.5, forEver = false, takesMs = 0 } = {}) {
  const clock = createVirtualClock(random)
  const waiting = new AbortController()
  const waits: number[] = []
  let attempts = 0
  const work = async () => {
    await clock.sleep(takesMs)
    const error = errors[forEver ? Math.min(attempts, errors.length - 1) : attempts]
    attempts++
    if (error !== undefined) throw error
    return page
  }
  const watch = {
    onCall: () => () => {},
    onFailure: ({ ms }: { ms: number | null }) => void (ms !== null && waits.push(ms)),
    onAnswer() {},
  }
  const tried = retried((call) => call(), { clock, waiting: waiting.signal, watch })
  return {
    clock,
    waits,
    stop: (reason: unknown) => waiting.abort(reason),
    attempts: () => attempts,
    list: (signal?: AbortSignal) => tried(work, signal),
  }
}

describe('an error', () => {
  const expected: Record<Verdict, number> = { retry: 2, reject: 1, unreadable: 1, busy: 1, fenced: 1 }
  for (const verdict of ['retry', 'reject', 'unreadable', 'busy', 'fenced'] as const)
    it(`with verdict ${verdict} ${expected[verdict] > 1 ? 'is tried again' : 'ends the call at once'}`, async () => {
      const error = new SyncError(verdict, 'provider_busy', 'x: no')
      const { clock, list, attempts } = setup([error])
      const ending = await clock.run(list().catch((thrown: unknown) => thrown))
      expect(ending).toBe(verdict === 'retry' ? page : error)
      expect(attempts()).toBe(expected[verdict])
    })

  for (const [title, error] of [
    ['that is a bug of ours', new SyncError('retry', 'internal', 'worker: unexpected error')],
    ['that is no SyncError', new TypeError('x is undefined')],
    ['that says the cursor is gone', new SyncError('reject', 'cursor_gone', 'x: gone', { scope: 'page' })],
  ] as const)
    it(`${title} is not tried again`, async () => {
      const { clock, list, attempts, waits } = setup([error])
      await expect(clock.run(list())).rejects.toBe(error)
      expect([attempts(), waits]).toEqual([1, []])
    })
})

describe('waits', () => {
  it('grow exponentially up to 20 seconds, with full jitter', async () => {
    const { clock, list, waits } = setup(Array(9).fill(busy({ limit: { scope: 'account', kind: 'rate' } })), {
      random: () => 0.999,
    })
    await clock.run(list())
    expect(waits.map((ms) => Math.round(ms / 0.999))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000,
    ])
  })

  it('are drawn anew each time', async () => {
    const { clock, list, waits } = setup(Array(6).fill(busy()), { random: createFractions(3) })
    await clock.run(list())
    expect(waits.every((ms, n) => ms >= 0 && ms <= 250 * 2 ** n)).toBe(true)
    expect(new Set(waits).size).toBe(6)
  })

  const cases: readonly (readonly [number, number])[] = [
    [7_000, 7_000],
    [1, 125],
    [0, 125],
    [-5_000, 125],
    [60_000, 60_000],
    [Number.NaN, 125],
  ]
  for (const [retryAfter, ms] of cases)
    it(`last ${ms} ms where the provider asks for ${retryAfter}`, async () => {
      const { clock, list, waits } = setup([busy({ retryAfter })])
      await clock.run(list())
      expect(waits).toEqual([ms])
      expect(clock.now()).toBe(ms)
    })
})

describe('a wait that is asked for and outlasts patience', () => {
  const limit = { scope: 'endpoint', kind: 'rate' } as const
  const cases = [
    ['a fault', busy({ retryAfter: 60_001 })],
    ['a fault, for a day', busy({ retryAfter: 86_400_000 })],
    ['a fault, for ever', busy({ retryAfter: Number.POSITIVE_INFINITY })],
    ['a limit', busy({ retryAfter: 180_001, limit })],
  ] as const
  for (const [title, error] of cases)
    it(`is left to the queue: ${title}`, async () => {
      const { clock, list, attempts } = setup([error])
      await expect(clock.run(list())).rejects.toBe(error)
      expect([attempts(), clock.now()]).toEqual([1, 0])
    })

  it('lasts as long as is asked for where patience does', async () => {
    const { clock, list } = setup([busy({ retryAfter: 150_000, limit })])
    expect(await clock.run(list())).toBe(page)
    expect(clock.now()).toBe(150_000)
  })
})

describe('patience', () => {
  it('lasts a minute for faults', async () => {
    const error = busy()
    const { clock, list } = setup([error], { forEver: true, random: () => 0.999 })
    await expect(clock.run(list())).rejects.toBe(error)
    expect(clock.now()).toBeGreaterThan(30_000)
    expect(clock.now()).toBeLessThanOrEqual(60_000)
  })

  it('lasts three minutes for limits', async () => {
    const error = busy({ limit: { scope: 'endpoint', kind: 'rate' } })
    const { clock, list } = setup([error], { forEver: true, random: () => 0.999 })
    await expect(clock.run(list())).rejects.toBe(error)
    expect(clock.now()).toBeGreaterThan(150_000)
    expect(clock.now()).toBeLessThanOrEqual(180_000)
  })

  it('begins with the first failure, not with the wait for a turn before it', async () => {
    const { clock, list, attempts } = setup([busy()], { takesMs: 90_000 })
    expect(await clock.run(list())).toBe(page)
    expect(attempts()).toBe(2)
  })

  it('is not spent on a wait that would outlast it', async () => {
    const error = busy({ retryAfter: 60_000 })
    const { clock, list, attempts } = setup([error], { forEver: true })
    await expect(clock.run(list())).rejects.toBe(error)
    expect([attempts(), clock.now()]).toEqual([2, 60_000])
  })
})

describe('a wait', () => {
  it('ends with the reason when no new request may start', async () => {
    const { clock, list, attempts, stop } = setup([busy({ retryAfter: 30_000 })])
    void clock.sleep(1_000).then(() => stop('out of time'))
    await expect(clock.run(list())).rejects.toBe('out of time')
    expect([attempts(), clock.now()]).toEqual([1, 1_000])
  })

  it('ends with the reason when the call itself is given up', async () => {
    const { clock, list, attempts } = setup([busy({ retryAfter: 30_000 })])
    const cut = new AbortController()
    void clock.sleep(1_000).then(() => cut.abort('given up'))
    await expect(clock.run(list(cut.signal))).rejects.toBe('given up')
    expect([attempts(), clock.now()]).toEqual([1, 1_000])
  })
})

describe('backOff', () => {
  it('is at most the base doubled each time, and the cap', () => {
    const most = [0, 1, 2, 3, 10, 1_000, Number.MAX_SAFE_INTEGER].map((n) =>
      backOff(n, { base: 30, cap: 900 }, () => 1),
    )
    expect(most).toEqual([30, 60, 120, 240, 900, 900, 900])
    expect(backOff(3, { base: 30, cap: 900 }, () => 0)).toBe(0)
  })
})

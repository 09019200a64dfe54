import { describe, expect, it } from 'vitest'
import { answerTooLarge, SyncError } from '../../src/errors.ts'
import { type Bundle, expectComplete, setup } from './backfill-setup.ts'
import { createFractions } from './fractions.ts'
import { createCopy } from './list-copy.ts'

describe('a call that fails', () => {
  it('for good ends the run with its error, after the pages that arrived before', async () => {
    const bundle = setup({ n: 5_000, latencyMs: 300 })
    const error = new SyncError('reject', 'key_not_accepted', 'x: no')
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers === 15) throw error
      return page
    })
    expect(await bundle.go()).toBe(error)
    expect(bundle.copy.seen.failures).toBe(1)
    expect(bundle.copy.seen.pages).toBe(answers - 1)
    bundle.list.answer((page) => page)
    const rest = createCopy(bundle.list, {
      clock: bundle.clock,
      checkpoint: JSON.stringify(bundle.copy.checkpoint()),
    })
    await bundle.clock.run(rest.go())
    expect([...bundle.copy.rows, ...rest.rows].sort()).toEqual(bundle.list.expectedIds().sort())
  })

  it('for a while only costs time', async () => {
    const bundle = setup({ n: 3_000 })
    const random = createFractions(9)
    bundle.list.answer((page) => {
      if (random() < 0.2) throw new SyncError('retry', 'provider_unavailable', 'x: no')
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
  })

  it('because of a limit lowers the rate and loses nothing', async () => {
    const bundle = setup({ n: 3_000 })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers % 10 === 0)
        throw new SyncError('retry', 'rate_limited', 'x: no', { limit: { scope: 'endpoint', kind: 'rate' } })
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
  })

  it('while asking how old the account is does not fail the run', async () => {
    const bundle = setup({ n: 5_000, density: 'uniform', sinceFails: true })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    expect([bundle.copy.seen.sinceAsked, bundle.copy.seen.failures]).toEqual([1, 0])
  })

  it('because the checkpoint names a resource that is not there says so', async () => {
    const bundle = setup()
    Object.assign(bundle.list, { source: { ...bundle.list.source, name: 'clients' } })
    expect(await bundle.go()).toMatchObject({ verdict: 'reject', code: 'unknown_resource' })
    expect(bundle.list.requests).toEqual([])
  })
})

describe('an answer that is too large', () => {
  const tooLarge = new SyncError('reject', answerTooLarge, 'x: too large', { scope: 'page' })

  it('is asked for again with half the items until it fits, at once, and what is cut off later begins there', async () => {
    const bundle = setup({ n: 3_000, density: 'uniform' })
    bundle.list.answer((page) => {
      if (page.items.length > 30) throw tooLarge
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    const limits = bundle.list.requests.map(({ limit }) => limit)
    expect(limits.slice(0, 3)).toEqual([100, 50, 25])
    expect(new Set(limits.slice(2))).toEqual(new Set([25]))
  })

  it('in the middle of a slice goes on from the same cursor', async () => {
    const bundle = setup({ n: 300, density: 'uniform' })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers === 2) throw tooLarge
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectComplete(bundle)
    const [, second, third] = bundle.list.requests
    expect(third).toEqual({ ...second, limit: 50 })
    expect(second?.cursor).not.toBeNull()
  })

  it('with one item alone ends the run, to be read again later: the list is not skipped', async () => {
    const bundle = setup({ n: 300 })
    bundle.list.answer(() => Promise.reject(tooLarge))
    expect(await bundle.go()).toMatchObject({ verdict: 'retry', code: tooLarge.code, cause: tooLarge })
    expect(bundle.list.requests.map(({ limit }) => limit)).toEqual([100, 50, 25, 13, 7, 4, 2, 1])
  })
})

describe('a provider that says there is more without moving on', () => {
  type Answer = Parameters<Bundle['list']['answer']>[0]
  const first = async (bundle: Bundle) =>
    bundle.list.source.list({ window: { from: 0, to: null }, cursor: null, limit: 100 }, new AbortController().signal)
  const answers: Readonly<Record<string, (bundle: Bundle) => Promise<Answer>>> = {
    'with no items': async () => (page) => ({ ...page, items: [], next: 'cus_5' }),
    'with the first page for ever': async (bundle) => {
      const page = await bundle.clock.run(first(bundle))
      return () => page
    },
    'with two pages in turn': async (bundle) => {
      const page = await bundle.clock.run(first(bundle))
      let turn = 0
      return () => ({ ...page, next: turn++ % 2 === 0 ? 'cus_1' : 'cus_2' })
    },
  }
  for (const [title, make] of Object.entries(answers))
    it(`is a breach of contract within a few pages: ${title}`, async () => {
      const bundle = setup({ n: 1_000, pagesAhead: 1 })
      bundle.list.answer(await make(bundle))
      bundle.list.requests.length = 0
      // Whatever the cursor, the list must answer.
      const { source } = bundle.list
      Object.assign(bundle.list, {
        source: {
          ...source,
          list: (query, signal) => source.list({ ...query, cursor: null }, signal),
        } satisfies typeof source,
      })
      expect(await bundle.go()).toMatchObject({ verdict: 'reject', code: 'provider_contract' })
      // A page without items may be followed by one that has some, up to twenty times.
      expect(bundle.list.requests.length).toBeLessThanOrEqual(title === 'with no items' ? 21 : 3)
    })
})

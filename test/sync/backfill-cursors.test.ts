import { describe, expect, it } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { expectNothingLost, setup } from './backfill-setup.ts'
import { now } from './created-seconds.ts'
import { createFakeList } from './fake-list.ts'
import { createCopy } from './list-copy.ts'

describe('a cursor whose object was deleted', () => {
  it('loses nothing, and costs one more request each', async () => {
    const bundle = setup({ n: 3_000 })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers % 5 === 0 && page.next) bundle.list.remove(page.next)
      return page
    })
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
    expect(bundle.list.requests.length).toBeLessThan(70)
  })

  it('is not tried again with the same cursor', async () => {
    const bundle = setup({ n: 300, density: 'uniform' })
    let answers = 0
    bundle.list.answer((page) => {
      if (++answers === 1) bundle.list.remove(page.next!)
      return page
    })
    await bundle.go()
    expectNothingLost(bundle)
    expect(bundle.list.requests.map(({ cursor }) => cursor !== null)).toEqual([false, true, false, true])
    expect(bundle.clock.now()).toBeLessThan(1_000)
  })

  it('in the middle of a second loses nothing', async () => {
    const clock = createVirtualClock()
    const list = createFakeList(Array(1_000).fill(now - 86_400), { clock })
    const copy = createCopy(list, { clock })
    let answers = 0
    list.answer((page) => {
      if (++answers === 4) list.remove(page.next!)
      return page
    })
    await clock.run(copy.go())
    expectNothingLost({ list, copy })
  })

  it('loses nothing when it happened between two runs', async () => {
    let ended = false
    const bundle = setup({ n: 3_000, afterBatch: (_, done) => !ended && done === 12 })
    await bundle.go()
    for (const { cursor } of bundle.copy.checkpoint().slices) if (cursor) bundle.list.remove(cursor)
    ended = true
    expect(await bundle.go()).toBe('ended')
    expectNothingLost(bundle)
  })

  it('does not go on for ever where every cursor is gone at once', async () => {
    const clock = createVirtualClock()
    const list = createFakeList(Array(300).fill(now - 86_400), { clock })
    const { source } = list
    const gone = new SyncError('reject', 'cursor_gone', 'x: gone', { scope: 'page' })
    const strict: typeof source = {
      ...source,
      list: (query, signal) => (query.cursor === null ? source.list(query, signal) : Promise.reject(gone)),
    }
    const copy = createCopy({ ...list, source: strict }, { clock })
    const ending = await clock.run(copy.go().catch((error: unknown) => error))
    expect(ending).toMatchObject({ verdict: 'retry', code: 'cursor_gone', cause: gone })
    expect(list.requests.length).toBeLessThan(20)
  })
})

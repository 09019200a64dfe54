import { describe, expect, it } from 'vitest'
import { openReader } from '../../src/sync/reader.ts'
import type { Source } from '../../src/sync/source.ts'
import { createSplitter, type SplitSlice } from '../../src/sync/splitter.ts'
import { slice } from './slices-setup.ts'

const now = 2_000
const listOf = (name: string) => ({ kind: 'list', name, createdFilter: { field: 'created' } }) as unknown as Source

interface Splitting {
  /** The second before which the account has nothing. */
  readonly since: number
  readonly window?: { readonly from: number; readonly to: number | null }
  readonly isAsked?: boolean
}

/** A window of a list, beside a list whose density is known: it is worth a split, so that the account's age is asked for. */
async function open({ since, window = { from: 1_000, to: 2_000 }, isAsked = true }: Splitting) {
  const splits: SplitSlice[] = []
  const dense = {
    ...openReader(slice({ id: 1, position: 1_900 }), listOf('customers'), 100),
    density: 10,
    inFlight: true,
  }
  const halved = openReader(slice({ id: 2, window, query: window }), listOf('ledger'), 100)
  const readers = new Map([
    [1, dense],
    [2, halved],
  ])
  const splitter = createSplitter(
    readers,
    {
      pageSize: 100,
      pagesOf: new Map(),
      limiters: () => [{ delay: () => 0 }],
      since: async () => since,
      onSplit: (split) => splits.push(split),
      clock: { now: () => now * 1_000 },
    },
    () => {},
  )
  if (isAsked) splitter.splitWhereIdle({ pagesRead: 0, mayFetch: () => true, fetch() {} })
  await Promise.resolve()
  await Promise.resolve()
  await Promise.resolve()
  return { splitter, splits, readers }
}

describe('a window is halved', () => {
  const halvedAt = async (splitting: Splitting) => {
    const { splitter, splits } = await open(splitting)
    expect(splitter.halve(2)).toBe(true)
    return splits.map(({ at }) => at)
  }

  it('in the middle of the time in which the account has anything', async () => {
    expect(await halvedAt({ since: 1_600 })).toEqual([1_800])
    expect(await halvedAt({ since: 1_600, window: { from: 0, to: null } })).toEqual([1_800])
  })

  it('in its middle where the account is older, where it begins later, or where that is not known', async () => {
    expect(await halvedAt({ since: 10 })).toEqual([1_500])
    expect(await halvedAt({ since: 2_000 })).toEqual([1_500])
    expect(await halvedAt({ since: 2_500 })).toEqual([1_500])
    expect(await halvedAt({ since: 1_600, isAsked: false })).toEqual([1_500])
  })

  it('not where it is a second, or is read no more', async () => {
    const { splitter, splits } = await open({ since: 0, window: { from: 1_000, to: 1_001 } })
    expect([splitter.halve(2), splitter.halve(7)]).toEqual([false, false])
    expect(splits).toEqual([])
  })
})

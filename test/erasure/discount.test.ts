import { expect, test } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { discountItems, type ListedItem, omitItems, removeIds } from '../../src/erasure/discount.ts'
import { advance, applySplit, type Checkpoint, plan } from '../../src/job/state/checkpoint.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { fields, id } from '../../src/provider/fields.ts'
import { digestPage } from '../../src/sync/page.ts'
import type { Slice } from '../../src/sync/slices.ts'
import { itemsOf, valuesOf } from '../support/items.ts'
import { createRandom, forEachSeed } from '../support/random.ts'

const now = 1_790_000_000
const source: ListSource = {
  kind: 'list',
  name: 'customers',
  table: customers,
  createdFilter: { field: 'created' },
  row: (item) => ({ id: id(item.value()), ...fields(item.value()) }),
  list: () => Promise.reject(new Error('not read here')),
}

interface Stripe {
  readonly items: readonly { readonly id: string; readonly created: number }[]
}

/** The page of a slice, newest first, as the provider would answer. */
function answer({ items }: Stripe, { query, cursor }: Slice, limit: number) {
  const inWindow = items.filter(({ created }) => created >= query.from && (query.to === null || created < query.to))
  const from = cursor === null ? 0 : inWindow.findIndex((item) => item.id === cursor) + 1
  const page = inWindow.slice(from, from + limit)
  const next = inWindow.length > from + limit ? page.at(-1)!.id : null
  return { items: page, next, observedAt: new Date(now * 1_000) }
}

test('whatever is erased whenever, the rest is counted once (200 seeds)', () => {
  forEachSeed(200, (seed) => {
    const { below } = createRandom(seed)
    const seconds = Array.from({ length: 60 }, () => now - 1 - below(seed % 2 ? 12 : 90 * 86_400))
    const items = seconds.toSorted((a, b) => b - a).map((created, n) => ({ id: `cus_${n}`, created }))
    const erased = new Set<string>()
    const asItem = (item: (typeof items)[number]): ListedItem => ({ resource: 'customers', ...item })
    let checkpoint: Checkpoint = plan([{ resource: source, since: 0 }])
    for (let slices = checkpoint.slices; slices.length > 0; slices = checkpoint.slices) {
      const slice = slices[below(slices.length)]!
      const page = answer({ items }, slice, 1 + below(9))
      const { reached, listed, items: inSlice } = digestPage(slice, source, { ...page, items: itemsOf(page.items) })
      const counted = valuesOf(inSlice)
      const batch = {
        ...reached,
        sliceId: slice.id,
        observedAt: page.observedAt,
        listed,
        nested: [],
        beginsList: false,
        skip: null,
      }
      const left = page.items.filter((item) => counted.includes(item) && erased.has(item.id)).map(asItem)
      checkpoint = advance(checkpoint, omitItems(checkpoint, batch, left))
      if (below(3) === 0) {
        // Stored by this job or by an earlier one.
        const listed = items.filter((item) => !erased.has(item.id) && below(12) === 0)
        for (const item of listed) erased.add(item.id)
        checkpoint = discountItems(checkpoint, listed.map(asItem))
        if (below(2) === 0) checkpoint = removeIds(checkpoint, new Set(listed.map((item) => item.id)))
        if (below(2) === 0)
          expect(
            listed.filter((item) => JSON.stringify(removeIds(checkpoint, erased)).includes(`"${item.id}"`)),
          ).toEqual([])
      }
      const cut = checkpoint.slices[0]
      if (cut?.position && cut.position - cut.window.from > 1 && below(4) === 0)
        checkpoint = applySplit(checkpoint, {
          id: cut.id,
          at: Math.max(cut.window.from + 1, cut.position - 1 - below(20)),
          olderId: 100 + Math.max(...checkpoint.slices.map((slice) => slice.id)),
        })
    }
    const kept = items.filter((item) => !erased.has(item.id))
    const months: Record<string, number> = {}
    for (const { created } of kept) {
      const month = new Date(created * 1_000).toISOString().slice(0, 7)
      months[month] = (months[month] ?? 0) + 1
    }
    const tally = checkpoint.tallies.customers
    const counted = Object.fromEntries(Object.entries(tally!.months).filter(([, count]) => count !== 0))
    expect({ listed: tally?.listed, months: counted }).toEqual({ listed: kept.length, months })
  })
})

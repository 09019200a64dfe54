import { expect, it } from 'vitest'
import { answerTooLarge, SyncError } from '../../../src/errors.ts'
import { Item } from '../../../src/json/item.ts'
import type { ListSource, Page, Query } from '../../../src/provider/contract.ts'
import { askPages, pagesOf } from '../../../src/sync/estimate/probing.ts'
import { signal } from './list-of.ts'

const page = (ids: readonly (string | null)[], next: string | null) =>
  ({ items: ids.map((id) => Item.of({ id })), next, observedAt: new Date() }) satisfies Page
const tooLarge = new SyncError('reject', answerTooLarge, 'too large')

/** A list that answers with these one after the other. */
function open(answers: readonly (Page | Error)[], part: string | null = null, more: Partial<ListSource> = {}) {
  const queries: Query[] = []
  const left = [...answers]
  async function list(query: Query) {
    queries.push(query)
    const answer = left.shift()
    if (!answer || answer instanceof Error) throw answer
    return answer
  }
  return { asking: askPages({ source: { ...more, list } as ListSource, part }, signal), queries }
}

it('a list is asked for with its part, if it has any', async () => {
  const whole = open([page([], null)])
  const part = open([page([], null)], 'L1', { pageSize: 30 })
  await whole.asking.list({ by: 'updated' })
  await part.asking.list({})
  expect([whole.queries, part.queries]).toEqual([
    [{ cursor: null, limit: 100, by: 'updated' }],
    [{ cursor: null, limit: 30, part: 'L1' }],
  ])
})

it('each item counts once, and one without an id each time', async () => {
  const { asking } = open([page(['a', 'b', null], 'x'), page(['b', 'c', null], null)])
  for (const cursor of [null, 'x']) await asking.list({ cursor })
  expect(asking.sample().map(({ id }) => id)).toEqual(['a', 'b', null, 'c', null])
})

it('a page has as many items as the last one that had others behind it', async () => {
  const { asking } = open([page(['a', 'b', 'c'], 'x'), page([], 'y'), page(['d'], null)])
  const sizes = [asking.pageSize()]
  for (const _ of 'abc') {
    await asking.list({})
    sizes.push(asking.pageSize())
  }
  expect(sizes).toEqual([100, 3, 3, 3])
})

it('an answer that is too large is asked for in halves, down to one item', async () => {
  const { asking, queries } = open([tooLarge, tooLarge, page(['a'], null)])
  await asking.list({})
  expect(queries.map(({ limit }) => limit)).toEqual([100, 50, 25])
  expect(asking.pageSize()).toBe(25)
  const least = open(Array<Error>(20).fill(tooLarge))
  await expect(least.asking.list({})).rejects.toBe(tooLarge)
  expect(least.queries.map(({ limit }) => limit)).toEqual([100, 50, 25, 13, 7, 4, 2, 1])
})

it.each([new SyncError('reject', 'permission_denied', 'no'), new Error('no')])(
  '%s is no reason to ask again',
  async (error) => {
    const { asking, queries } = open([error, page([], null)])
    await expect(asking.list({})).rejects.toBe(error)
    expect(queries.length).toBe(1)
  },
)

it('a list has a page at least', () => {
  expect([pagesOf(0, 100), pagesOf(100, 100), pagesOf(101, 100), pagesOf(3, 0)]).toEqual([1, 1, 2, 3])
})

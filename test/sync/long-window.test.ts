import { expect, it } from 'vitest'
import { isTooLong } from '../../src/sync/long-window.ts'
import { page, slice } from './whole-list-setup.ts'

const day = 86_400

interface Window {
  readonly total?: number
  readonly seconds?: number | null
  readonly next?: string | null
  readonly cursor?: string | null
  readonly source?: object
  readonly limit?: number
}

const isLong = ({ total = 20_100, seconds = 9 * day, next = '2', cursor = null, source = {}, limit = 100 }: Window) => {
  const query = { from: 1_000, to: seconds === null ? null : 1_000 + seconds }
  const list = { kind: 'list', name: 'invoices', ...source }
  return isTooLong({ slice: { ...slice, query, cursor }, source: list as never, limit }, page(['a'], total, next))
}

it('a window is read in halves from 201 requests on, unless it is a day or less', () => {
  expect([isLong({}), isLong({ total: 20_000 })]).toEqual([true, false])
  expect([isLong({ total: 201, limit: 1 }), isLong({ total: 200, limit: 1 })]).toEqual([true, false])
  expect([isLong({ seconds: day }), isLong({ seconds: day + 1 }), isLong({ seconds: null })]).toEqual([
    false,
    true,
    true,
  ])
})

it('objects that are fetched one by one are requests as well', () => {
  const summaries = { listsSummaries: true, retrieve() {} }
  expect([isLong({ total: 198, source: summaries }), isLong({ total: 199, source: summaries })]).toEqual([false, true])
  for (const source of [{ listsSummaries: true }, { retrieve() {} }, { ...summaries, kind: 'feed' }])
    expect(isLong({ total: 199, source })).toBe(false)
})

it('only the first of several pages of a list with a stated total tells', () => {
  expect([isLong({ next: null }), isLong({ cursor: '2' })]).toEqual([false, false])
  const { total: _, ...untold } = page(['a'], 99_999, '2')
  const list = { kind: 'list', name: 'invoices' } as never
  const query = { from: 0, to: null }
  expect(isTooLong({ slice: { ...slice, query }, source: list, limit: 1 }, untold)).toBe(false)
})

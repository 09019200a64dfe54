import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { answerTooLarge, SyncError } from '../../src/errors.ts'
import type { Page, Query } from '../../src/provider/contract.ts'
import { fields } from '../../src/provider/fields.ts'
import { at, setup } from './expand-setup.ts'

const numbered = (n: number, from = 1) => Array.from({ length: n }, (_, k) => `li_${from + k}`)

describe('a nested list', () => {
  it('that an item carries whole costs no request', async () => {
    const { expand, requests } = setup({ in_1: { lines: ['li_1', 'li_2'] }, in_2: { lines: [] } })
    expect(await expand()).toEqual({
      rows: ['invoices in_1 500', 'invoices in_2 500', 'invoice_lines li_1 500', 'invoice_lines li_2 500'],
      rejects: [],
      childSets: [
        { resource: 'invoice_lines', parent: 'invoice', parentId: 'in_1', ids: ['li_1', 'li_2'], second: 500 },
        { resource: 'invoice_lines', parent: 'invoice', parentId: 'in_2', ids: [], second: 500 },
      ],
    })
    expect(requests).toEqual([])
  })

  it('is read to its end from where the item leaves off', async () => {
    const { expand, requests } = setup({ in_1: { lines: numbered(9), carried: numbered(2) } })
    const { rows, childSets } = await expand()
    expect(requests).toEqual([
      ['in_1', 'li_2'],
      ['in_1', 'li_5'],
      ['in_1', 'li_8'],
    ])
    expect(childSets).toMatchObject([{ parentId: 'in_1', ids: numbered(9) }])
    expect(rows).toHaveLength(10)
  })

  it('is seen page by page: a change between two pages is newer than the first, and what came later is not taken for gone', async () => {
    const { expand } = setup({ in_1: { lines: numbered(6), carried: numbered(2) } })
    const { rows, childSets } = await expand()
    expect(rows.slice(1)).toEqual([
      'invoice_lines li_1 500',
      'invoice_lines li_2 500',
      'invoice_lines li_3 1001',
      'invoice_lines li_4 1001',
      'invoice_lines li_5 1001',
      'invoice_lines li_6 1002',
    ])
    expect(childSets.map(({ second }) => second)).toEqual([500])
  })

  it('of which an item carries nothing but that there is one is read from its beginning', async () => {
    const { expand, requests } = setup({ in_1: { lines: numbered(4), carried: [], next: '' } })
    expect((await expand()).childSets).toMatchObject([{ ids: numbered(4) }])
    expect(requests).toEqual([
      ['in_1', null],
      ['in_1', 'li_3'],
    ])
  })

  it('that an item does not carry at all is left alone', async () => {
    const { expand, requests } = setup({ in_1: { lines: numbered(4) } })
    expect(await expand([{ id: 'in_1' }])).toEqual({ rows: ['invoices in_1 500'], rejects: [], childSets: [] })
    expect(requests).toEqual([])
  })

  it('is read again from its beginning when the last line that was carried has left it', async () => {
    const { expand, requests, lists } = setup({ in_1: { lines: numbered(8), carried: numbered(2) } })
    lists.in_1!.lines = lists.in_1!.lines.filter((line) => line !== 'li_2')
    const { childSets, rows } = await expand()
    const left = ['li_1', ...numbered(6, 3)]
    expect(childSets).toMatchObject([{ ids: left, second: 1_001 }])
    expect(rows).toHaveLength(1 + left.length)
    expect(requests.map(([, cursor]) => cursor)).toEqual(['li_2', null, 'li_4', 'li_7'])
  })

  it('is read again from its beginning when a line leaves it in the middle of reading', async () => {
    const { expand, requests, lists, answerWith } = setup({ in_1: { lines: numbered(9), carried: numbered(2) } })
    answerWith((_, { cursor }, page) => {
      if (cursor === 'li_2') lists.in_1!.lines = lists.in_1!.lines.filter((line) => line !== 'li_5')
      return page
    })
    expect((await expand()).childSets).toMatchObject([{ ids: numbered(9).filter((line) => line !== 'li_5') }])
    expect(requests.map(([, cursor]) => cursor)).toEqual(['li_2', 'li_5', null, 'li_3', 'li_7'])
  })

  it('whose lines leave it as fast as they are read rejects its item', async () => {
    const { expand, requests, lists, answerWith } = setup({ in_1: { lines: numbered(90), carried: numbered(2) } })
    answerWith((_, __, page) => {
      lists.in_1!.lines = lists.in_1!.lines.filter((line) => line !== page.next)
      return page
    })
    expect(await expand()).toMatchObject({ rows: [], rejects: [{ itemKey: 'in_1', code: 'cursor_gone' }] })
    expect(requests.length).toBeLessThan(15)
  })

  it('of a parent that went away meanwhile is left out, and the others go on', async () => {
    const { expand, answerWith } = setup({
      in_1: { lines: numbered(4), carried: numbered(1) },
      in_2: { lines: numbered(2, 7), carried: ['li_7'] },
    })
    answerWith((parent, _, page) => {
      if (parent === 'in_1') throw new SyncError('reject', 'not_found', 'x: no such invoice', { scope: 'object' })
      return page
    })
    const { rows, childSets } = await expand()
    expect(rows).toEqual([
      'invoices in_1 500',
      'invoices in_2 500',
      'invoice_lines li_7 500',
      'invoice_lines li_8 1002',
    ])
    expect(childSets.map(({ parentId }) => parentId)).toEqual(['in_2'])
  })

  it('of which a page is too large is read in smaller ones, from the same place', async () => {
    const { expand, requests, answerWith } = setup({ in_1: { lines: numbered(8), carried: numbered(2) } })
    answerWith((_, { limit }, page) => {
      if (limit > 2) throw new SyncError('reject', answerTooLarge, 'x: too large', { scope: 'page' })
      return page
    })
    const { childSets } = await expand()
    expect(childSets[0]?.ids).toEqual(numbered(8))
    expect(requests.map(([, cursor]) => cursor)).toEqual(['li_2', 'li_2', 'li_4', 'li_6'])
  })

  const two = {
    in_1: { lines: numbered(4), carried: numbered(1) },
    in_2: { lines: numbered(2, 7), carried: ['li_7'] },
  }

  for (const scope of ['object', 'page', 'resource'] as const)
    it(`that is refused, which concerns the ${scope}, rejects its item alone`, async () => {
      const { expand, answerWith } = setup(two)
      answerWith((parent, _, page) => {
        if (parent === 'in_1') throw new SyncError('reject', 'permission_denied', 'x: no', { scope })
        return page
      })
      const { rows, rejects, childSets } = await expand()
      expect(rows).toEqual(['invoices in_2 500', 'invoice_lines li_7 500', expect.stringContaining('li_8')])
      expect(rejects).toMatchObject([
        { resource: 'invoices', itemKey: 'in_1', code: 'permission_denied', reason: 'x: no' },
      ])
      expect(childSets.map(({ parentId }) => parentId)).toEqual(['in_2'])
    })

  for (const error of [
    new SyncError('reject', 'account_invalid', 'x: no', { scope: 'account' }),
    new SyncError('reject', 'provider_contract', 'x: wrong'),
    new SyncError('retry', 'provider_unavailable', 'x: fails', { scope: 'object' }),
  ])
    it(`whose error concerns more, or may pass, ends the reading: ${error.code}`, async () => {
      const { expand, answerWith } = setup(two)
      answerWith(() => {
        throw error
      })
      await expect(expand()).rejects.toBe(error)
    })

  const stuck: Readonly<Record<string, (query: Query, page: Page, turn: number) => Page>> = {
    'with the same cursor': ({ cursor }, page) => ({ ...page, next: cursor }),
    'with no items': (_, page) => ({ ...page, items: [], next: 'li_4' }),
    'with two cursors in turn': (_, page, turn) => ({ ...page, next: turn % 2 === 0 ? 'li_3' : 'li_2' }),
  }
  for (const [title, answer] of Object.entries(stuck))
    it(`that says there is more without moving on is a breach of contract: ${title}`, async () => {
      const { expand, requests, answerWith } = setup({ in_1: { lines: numbered(9), carried: ['li_1'] } })
      let turn = 0
      answerWith((_, query, page) => answer(query, page, turn++))
      await expect(expand()).rejects.toMatchObject({ verdict: 'reject', code: 'provider_contract' })
      // A page without items may be followed by one that has some, up to twenty times.
      expect(requests.length).toBeLessThanOrEqual(title === 'with no items' ? 21 : 3)
    })

  it('puts aside lines that cannot be kept, and never takes them for ids', async () => {
    const { expand } = setup({ in_1: { lines: ['li_1'], carried: ['', 'li_1'] } })
    const { rows, rejects, childSets } = await expand()
    expect(rows).toEqual(['invoices in_1 500', 'invoice_lines li_1 500'])
    expect(rejects).toMatchObject([{ resource: 'invoice_lines', code: 'invalid_item' }])
    expect(childSets).toMatchObject([{ ids: ['li_1'] }])
  })

  it('of an item that cannot be kept is not read', async () => {
    const { expand, requests } = setup({ in_1: { lines: numbered(4) } })
    const { rows, rejects, childSets } = await expand([{ id: 7, carried: ['li_1'], next: 'li_1' }])
    expect([rows, childSets, requests]).toEqual([[], [], []])
    expect(rejects).toMatchObject([{ resource: 'invoices', code: 'invalid_item' }])
  })
})

describe('items that say that their objects are gone', () => {
  const gone = (item: { value(): unknown }) => fields(item.value()).removed === true

  it('are no rows: their objects are gone, with their nested lists', async () => {
    const { content } = setup({}, { gone })
    const {
      rows,
      rejects,
      childSets,
      gone: objects,
    } = await content([{ id: 'in_1', removed: true }, { id: 'in_2', carried: [], next: null }, { removed: true }])
    expect(rows.map(({ row }) => row.id)).toEqual(['in_2'])
    expect(objects).toEqual([{ resource: 'invoices', table: customers, id: 'in_1', observedAt: at(500) }])
    expect(childSets.map(({ parentId, ids }) => [parentId, ids])).toEqual([
      ['in_1', []],
      ['in_2', []],
    ])
    // Without an id there is no object that could be gone.
    expect(rejects).toMatchObject([{ resource: 'invoices', code: 'invalid_item' }])
  })

  it('are not looked for where none is', async () => {
    const { content } = setup({}, { gone })
    expect(await content([{ id: 'in_2', carried: [], next: null }])).not.toHaveProperty('gone')
  })
})

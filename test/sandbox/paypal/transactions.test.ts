import { describe, expect, it } from 'vitest'
import type { Fields } from '../../../src/sandbox/paypal/index.ts'
import { ask, at, day, hour, now, search, searchAll, searchPath, setup, sorted } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an object holds
type Loose = any

/** 2026-09-21T11:59:59Z at 14:13: two hours behind, at the last full hour. */
const refreshed = Math.floor((now - 2 * hour) / hour) * hour - 1
const info = (transaction: Fields): Loose => transaction.transaction_info
const infos = (transactions: readonly Fields[]) => transactions.map(info)
const codes = (transactions: readonly Fields[]) =>
  new Set(infos(transactions).map((transaction) => transaction.transaction_event_code))

describe('Transaction Search', () => {
  it('finds each transaction of three years once, whatever the size of the pages', async () => {
    const sandbox = await setup({ transactions: 600 })
    const expected = sorted(sandbox.expected('transactions'))
    expect(sorted(await searchAll(sandbox))).toEqual(expected)
    const pages: Fields[] = []
    const window = { from: now - 31 * day, to: now }
    const first = (await ask(sandbox, searchPath({ ...window, more: '&page_size=7' }))).body
    for (let page = 1; page <= first.total_pages; page++)
      pages.push(
        ...(await ask(sandbox, searchPath({ ...window, more: `&page_size=7&page=${page}` }))).body.transaction_details,
      )
    expect(pages.length).toBe(first.total_items)
    expect(sorted(pages)).toEqual(sorted(await search(sandbox, window.from, window.to)))
  })

  it('says where it is: the account, the window as far as the data goes, the page and the totals', async () => {
    const sandbox = await setup()
    const { body } = await ask(sandbox, searchPath({ from: now - 10 * day, to: now, more: '&page=2&page_size=3' }))
    const { transaction_details, links, ...rest } = body
    expect(rest).toEqual({
      account_number: sandbox.merchant,
      start_date: at(now - 10 * day).replace('Z', '+0000'),
      end_date: at(refreshed).replace('Z', '+0000'),
      last_refreshed_datetime: '2026-09-21T11:59:59+0000',
      page: 2,
      total_items: rest.total_items,
      total_pages: Math.ceil(rest.total_items / 3),
    })
    expect(transaction_details.length).toBe(3)
    expect(links.map(({ rel }: Loose) => rel)).toEqual(['self', 'next', 'last'])
    expect(new URL(links[1].href).searchParams.get('page')).toBe('3')
  })

  it('shows a hundred transactions a page, the transaction alone and what affects the balance, unless asked', async () => {
    const sandbox = await setup({ density: 'burst' })
    const burst = now - 219 * day
    const window = `start_date=${at(burst - 3 * day)}&end_date=${at(burst + 25 * day)}`
    const { body } = await ask(sandbox, `/v1/reporting/transactions?${window}`)
    expect(body.transaction_details.length).toBe(100)
    expect(Object.keys(body.transaction_details[0])).toEqual(['transaction_info'])
    const all = await search(sandbox, burst - 3 * day, burst + 25 * day)
    const affecting = all.filter(
      (transaction) =>
        info(transaction).transaction_event_code !== 'T1300' && info(transaction).transaction_status !== 'D',
    )
    expect(body.total_items).toBe(affecting.length)
    expect(affecting.length).toBeLessThan(all.length)
    const two = await ask(sandbox, `/v1/reporting/transactions?${window}&fields=payer_info,transaction_info`)
    expect(Object.keys(two.body.transaction_details[0])).toEqual(['transaction_info', 'payer_info'])
  })

  it('has both ends of a window', async () => {
    const sandbox = await setup()
    const { object } = sandbox.insert('transactions', {}, { at: now - 5 * day, listedFrom: now })
    expect(await search(sandbox, now - 5 * day, now - 5 * day)).toContainEqual(object)
    expect(await search(sandbox, now - 6 * day, now - 5 * day - 1)).not.toContainEqual(object)
  })

  it('lists in an order of its own that is the same for all pages', async () => {
    const sandbox = await setup()
    const window = [now - 31 * day, now] as const
    const [once, again] = [await search(sandbox, ...window), await search(sandbox, ...window, '&page_size=11')]
    expect(again).toEqual(once)
    const times = infos(once).map((transaction) => transaction.transaction_initiation_date)
    for (const order of [times.toSorted(), times.toSorted().toReversed()]) expect(times).not.toEqual(order)
  })

  it('finds by the id, the kind, the status, the currency, the amount and the store', async () => {
    const sandbox = await setup()
    const window = [now - 31 * day, now] as const
    const all = await search(sandbox, ...window)
    const [first] = infos(all)
    const matching: Record<string, (transaction: Loose) => boolean> = {
      [`transaction_id=${first.transaction_id}`]: (transaction) => transaction.transaction_id === first.transaction_id,
      'transaction_type=T1107': (transaction) => transaction.transaction_event_code === 'T1107',
      'transaction_status=V': (transaction) => transaction.transaction_status === 'V',
      'transaction_currency=KWD': (transaction) => transaction.transaction_amount.currency_code === 'KWD',
      'transaction_amount=500%20TO%2010050': ({ transaction_amount: { value } }) => {
        const amount = Number(value.replace(/[-.]/g, ''))
        return amount >= 500 && amount <= 10_050
      },
    }
    for (const [filter, isMatch] of Object.entries(matching)) {
      const expected = all.filter((transaction) => isMatch(info(transaction)))
      expect([filter, expected.length > 0]).toEqual([filter, true])
      expect([filter, sorted(await search(sandbox, ...window, `&${filter}`))]).toEqual([filter, sorted(expected)])
    }
    const stores = (await search(sandbox, ...window, '&store_id=STORE1')) as Loose[]
    expect(new Set(stores.map(({ store_info }) => store_info.store_id))).toEqual(new Set(['STORE1']))
  })

  it('may be about the time of change instead', async () => {
    const sandbox = await setup({ filteredBy: 'update', lag: 0 })
    const { key, object } = sandbox.insert('transactions', {}, { at: now - 40 * day })
    const changed = sandbox.update(
      'transactions',
      key,
      { transaction_info: { transaction_note: 'late' } },
      { at: now - day },
    )
    const listed = await search(sandbox, now - 2 * day, now)
    expect(listed).toContainEqual(changed.object)
    expect(await search(sandbox, now - 41 * day, now - 39 * day)).not.toContainEqual(object)
  })
})

describe('a transaction', () => {
  it('appears hours late, and the window grows between two pages', async () => {
    const sandbox = await setup()
    const window = { from: now - day, to: now + day }
    const { object } = sandbox.insert('transactions', {}, { at: now - 2 * hour - 1_800, listedFrom: now + 600 })
    const before = (await ask(sandbox, searchPath(window))).body
    expect(await search(sandbox, window.from, window.to)).not.toContainEqual(object)
    expect(sandbox.expected('transactions')).not.toContainEqual(object)
    sandbox.advance(600)
    const after = (await ask(sandbox, searchPath(window))).body
    expect(after.end_date).toBe(before.end_date)
    expect(after.total_items).toBeGreaterThan(before.total_items)
    expect(await search(sandbox, window.from, window.to)).toContainEqual(object)
    expect(sandbox.expected('transactions')).toContainEqual(object)
  })

  it('is never later than the last refreshment, even if it has appeared', async () => {
    const sandbox = await setup({ lag: 0 })
    const { object } = sandbox.insert('transactions', {}, { at: now })
    expect(await search(sandbox, now - day, now)).not.toContainEqual(object)
    expect(sandbox.expected('transactions')).not.toContainEqual(object)
    sandbox.advance(3 * hour)
    expect(await search(sandbox, now - day, now + hour)).toContainEqual(object)
    expect(sandbox.expected('transactions')).toContainEqual(object)
    const prompt = await setup({ lag: 0, refreshDelay: 0, refreshedEvery: 1 })
    const recent = prompt.insert('transactions', {}, { at: now - 1 }).object
    expect(await search(prompt, now - 1, now)).toContainEqual(recent)
  })

  it('of the last hours appears bit by bit, at most three hours after it happened', async () => {
    const size = { transactions: 40, day: { transactions: 2_000, daysAgo: 1 }, refreshDelay: 0, refreshedEvery: 1 }
    const sandbox = await setup(size)
    const counts: number[] = []
    for (let half = 0; half <= 6; half++) {
      counts.push(sandbox.expected('transactions').length)
      sandbox.advance(hour / 2)
    }
    expect(counts).toEqual(counts.toSorted((a, b) => a - b))
    expect(new Set(counts).size).toBe(7)
    expect(counts.at(-1)).toBe(2_040)
    expect((await setup({ ...size, lag: 0 })).expected('transactions').length).toBe(2_040)
    // Two hours behind, the rest of a day is not there yet.
    const usual = await setup({ ...size, refreshDelay: 2 * hour, refreshedEvery: hour })
    expect(usual.expected('transactions').length).toBeLessThan(counts[0]!)
  })

  it('shifts the pages of a window when another appears before it', async () => {
    const sandbox = await setup()
    const window = [now - 31 * day, now] as const
    const path = (page: number) => searchPath({ from: window[0], to: window[1], more: `&page_size=20&page=${page}` })
    const first = (await ask(sandbox, path(1))).body
    for (let n = 0; n < 30; n++) sandbox.insert('transactions', {}, { at: now - 15 * day, listedFrom: now })
    const rest: Fields[] = []
    for (let page = 2; page <= first.total_pages; page++)
      rest.push(...(await ask(sandbox, path(page))).body.transaction_details)
    const keys = (rows: readonly Fields[]) => rows.map((row) => JSON.stringify(row))
    const seen = keys([...first.transaction_details, ...rest])
    // Some are seen twice and some of what was there all along is not seen at all.
    expect(new Set(seen).size).toBeLessThan(seen.length)
    expect((await ask(sandbox, path(2))).body.total_items).toBe(first.total_items + 30)
  })

  it('has no id of its own: refunds and fees, holds, authorizations and conversions share one', async () => {
    const sandbox = await setup({ transactions: 400 })
    const all = infos(await searchAll(sandbox))
    const byId = new Map<string, Loose[]>()
    for (const transaction of all)
      byId.set(transaction.transaction_id, [...(byId.get(transaction.transaction_id) ?? []), transaction])
    const shared = [...byId.values()].filter(({ length }) => length > 1)
    const groups = new Set(
      shared.map((group) =>
        group
          .map((transaction) => transaction.transaction_event_code)
          .toSorted()
          .join(),
      ),
    )
    expect(groups).toEqual(new Set(['T1107,T1108', 'T0000,T1110,T1111', 'T0003,T1300', 'T0200,T0200']))
    const refund = byId.get(all.find((transaction) => transaction.transaction_event_code === 'T1108').transaction_id)!
    expect(refund[0].transaction_initiation_date).toBe(refund[1].transaction_initiation_date)
    const key = (transaction: Loose) =>
      [
        transaction.transaction_id,
        transaction.transaction_event_code,
        transaction.transaction_initiation_date,
        transaction.paypal_reference_id,
        transaction.transaction_amount.value,
        transaction.transaction_amount.currency_code,
      ].join('|')
    expect(new Set(all.map(key)).size).toBe(all.length)
  })

  it('that waits is decided days later, with another time of change', async () => {
    const sandbox = await setup({ transactions: 4_000, lag: 0 })
    const waiting = [...sandbox.stored('transactions')].filter(({ object }) => info(object).transaction_status === 'P')
    expect(waiting.length).toBeGreaterThan(0)
    sandbox.advance(6 * day)
    const later = new Map([...sandbox.stored('transactions')].map(({ key, object }) => [key, object]))
    for (const { key, object } of waiting) {
      const [before, after] = [info(object), info(later.get(key)!)]
      expect(['S', 'D']).toContain(after.transaction_status)
      expect(after.transaction_updated_date > before.transaction_updated_date).toBe(true)
      expect(after.transaction_initiation_date).toBe(before.transaction_initiation_date)
    }
    const listed = await search(sandbox, now - 8 * day, now)
    expect(infos(listed).some((transaction) => transaction.transaction_status === 'P')).toBe(false)
  })

  it('moves no money as an authorization or when it is denied', async () => {
    const sandbox = await setup({ transactions: 2_000 })
    const window = [now - 31 * day, now] as const
    const all = await search(sandbox, ...window)
    const affecting = await search(sandbox, ...window, '&balance_affecting_records_only=Y')
    expect(codes(all)).toContain('T1300')
    expect(codes(affecting)).not.toContain('T1300')
    expect(infos(affecting).some((transaction) => transaction.transaction_status === 'D')).toBe(false)
  })
})

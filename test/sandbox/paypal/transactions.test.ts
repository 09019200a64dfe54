import { describe, expect, it } from 'vitest'
import type { Fields, Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { ask, at, day, hour, now, search, searchAll, searchPath, setup, sorted } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever an object holds
type Loose = any

/** 2026-09-21T11:59:59Z at 14:13: two hours behind, at the last full hour. */
const refreshed = Math.floor((now - 2 * hour) / hour) * hour - 1
const info = (transaction: Fields): Loose => transaction.transaction_info
const infos = (transactions: readonly Fields[]) => transactions.map(info)
const codes = (transactions: readonly Fields[]) => new Set(infos(transactions).map((one) => one.transaction_event_code))

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
      (one) => info(one).transaction_event_code !== 'T1300' && info(one).transaction_status !== 'D',
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
    const times = infos(once).map((one) => one.transaction_initiation_date)
    for (const order of [times.toSorted(), times.toSorted().toReversed()]) expect(times).not.toEqual(order)
  })

  it('finds by the id, the kind, the status, the currency, the amount and the store', async () => {
    const sandbox = await setup()
    const window = [now - 31 * day, now] as const
    const all = await search(sandbox, ...window)
    const [first] = infos(all)
    const matching: Record<string, (one: Loose) => boolean> = {
      [`transaction_id=${first.transaction_id}`]: (one) => one.transaction_id === first.transaction_id,
      'transaction_type=T1107': (one) => one.transaction_event_code === 'T1107',
      'transaction_status=V': (one) => one.transaction_status === 'V',
      'transaction_currency=KWD': (one) => one.transaction_amount.currency_code === 'KWD',
      'transaction_amount=500%20TO%2010050': ({ transaction_amount: { value } }) => {
        const amount = Number(value.replace(/[-.]/g, ''))
        return amount >= 500 && amount <= 10_050
      },
    }
    for (const [filter, isMatch] of Object.entries(matching)) {
      const expected = all.filter((one) => isMatch(info(one)))
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
    const found = await search(sandbox, now - 2 * day, now)
    expect(found).toContainEqual(changed.object)
    expect(await search(sandbox, now - 41 * day, now - 39 * day)).not.toContainEqual(object)
  })
})

describe('a window', () => {
  const ask400 = async (sandbox: Sandbox, query: string, isWrong = false) => {
    const reply = await ask(sandbox, `/v1/reporting/transactions?${query}`, { isWrong })
    return [reply.status, reply.name, reply.issue, reply.body.details[0]?.field]
  }

  it('needs both dates, with seconds', async () => {
    const sandbox = await setup()
    const end = `end_date=${at(now)}`
    const missing = [400, 'INVALID_REQUEST', 'MISSING_REQUIRED_PARAMETER']
    expect(await ask400(sandbox, end, true)).toEqual([...missing, 'start_date'])
    expect(await ask400(sandbox, `start_date=${at(now - day)}`, true)).toEqual([...missing, 'end_date'])
    for (const start of ['2026-09-01T00:00Z', '2026-09-01', '2026-09-01T00:00:00', '2026-09-01T00:00:00-0700'])
      expect(await ask400(sandbox, `start_date=${start}&${end}`, true)).toEqual([
        400,
        'INVALID_REQUEST',
        'INVALID_PARAMETER_SYNTAX',
        'start_date',
      ])
  })

  it('is of thirty-one days at most, and never ends before it begins', async () => {
    const sandbox = await setup()
    const path = (from: number, to: number) => `start_date=${at(from)}&end_date=${at(to)}`
    expect((await ask(sandbox, searchPath({ from: now - 31 * day, to: now }))).status).toBe(200)
    expect(await ask400(sandbox, path(now - 31 * day - 1, now))).toEqual([
      400,
      'INVALID_REQUEST',
      'Date range is greater than 31 days',
      'end_date',
    ])
    expect((await ask400(sandbox, path(now - day, now - day - 1)))[0]).toBe(400)
  })

  it('begins within three years and before the last refreshment; a peer may see 404', async () => {
    const sandbox = await setup()
    const message = 'Data for the given start date is not available.'
    const oldest = now - 3 * 365 * day
    expect((await ask(sandbox, searchPath({ from: oldest, to: oldest + day }))).status).toBe(200)
    for (const from of [oldest - 1, refreshed + 1]) {
      const reply = await ask(sandbox, searchPath({ from, to: from + day }))
      expect([reply.status, reply.name, reply.body.message]).toEqual([400, 'INVALID_REQUEST', message])
    }
    expect((await ask(sandbox, searchPath({ from: refreshed, to: now }))).status).toBe(200)
    const other = await setup({ unavailableStatus: 404 })
    expect((await ask(other, searchPath({ from: now - hour, to: now }))).status).toBe(404)
  })

  it('with more than ten thousand transactions has no page, and says how many there are', async () => {
    const sandbox = await setup({ transactions: 100, day: { transactions: 10_400, daysAgo: 20 } })
    const reply = await ask(sandbox, searchPath({ from: now - 31 * day, to: now }))
    const { debug_id, ...error } = reply.body
    expect([reply.status, error.name, error.maximum_items]).toEqual([400, 'RESULTSET_TOO_LARGE', 10_000])
    expect(error.total_items).toBeGreaterThanOrEqual(10_400)
    expect(debug_id).toBe(reply.headers.get('paypal-debug-id'))
    const begin = now - 20 * day
    const halves = [
      await search(sandbox, begin, begin + day / 2 - 1),
      await search(sandbox, begin + day / 2, begin + day - 1),
    ]
    expect(halves.flat().length).toBeGreaterThanOrEqual(10_400)
    expect(Math.min(...halves.map(({ length }) => length))).toBeGreaterThan(4_000)
    // Exactly as many as there may be are no error.
    const exact = await setup({ transactions: 40, maximumItems: 10, lag: 0 })
    for (let n = 0; n < 10; n++) exact.insert('transactions', {}, { at: now - 800 * day })
    expect((await search(exact, now - 800 * day, now - 800 * day)).length).toBe(10)
    exact.insert('transactions', {}, { at: now - 800 * day })
    expect((await ask(exact, searchPath({ from: now - 800 * day, to: now - 800 * day }))).name).toBe(
      'RESULTSET_TOO_LARGE',
    )
  })

  it('refuses what it does not know', async () => {
    const sandbox = await setup()
    const window = `start_date=${at(now - day)}&end_date=${at(now)}`
    const wrong: Record<string, string> = {
      'sort=asc': 'UNKNOWN_PARAMETER',
      'page_size=501': 'INVALID_INTEGER_MAX_VALUE',
      'page_size=0': 'INVALID_INTEGER_MIN_VALUE',
      'page=0': 'INVALID_INTEGER_MIN_VALUE',
      'page=last': 'INVALID_PARAMETER_SYNTAX',
      'fields=everything': 'INVALID_PARAMETER_VALUE',
      'balance_affecting_records_only=no': 'INVALID_PARAMETER_VALUE',
      'transaction_id=short': 'INVALID_STRING_LENGTH',
    }
    for (const [query, issue] of Object.entries(wrong)) {
      const [status, name, found] = await ask400(sandbox, `${window}&${query}`, true)
      expect([query, status, name, found]).toEqual([query, 400, 'INVALID_REQUEST', issue])
    }
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
    for (const one of all) byId.set(one.transaction_id, [...(byId.get(one.transaction_id) ?? []), one])
    const shared = [...byId.values()].filter(({ length }) => length > 1)
    const groups = new Set(
      shared.map((group) =>
        group
          .map((one) => one.transaction_event_code)
          .toSorted()
          .join(),
      ),
    )
    expect(groups).toEqual(new Set(['T1107,T1108', 'T0000,T1110,T1111', 'T0003,T1300', 'T0200,T0200']))
    const refund = byId.get(all.find((one) => one.transaction_event_code === 'T1108').transaction_id)!
    expect(refund[0].transaction_initiation_date).toBe(refund[1].transaction_initiation_date)
    const key = (one: Loose) =>
      [
        one.transaction_id,
        one.transaction_event_code,
        one.transaction_initiation_date,
        one.paypal_reference_id,
        one.transaction_amount.value,
        one.transaction_amount.currency_code,
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
    const found = await search(sandbox, now - 8 * day, now)
    expect(infos(found).some((one) => one.transaction_status === 'P')).toBe(false)
  })

  it('moves no money as an authorization or when it is denied', async () => {
    const sandbox = await setup({ transactions: 2_000 })
    const window = [now - 31 * day, now] as const
    const all = await search(sandbox, ...window)
    const affecting = await search(sandbox, ...window, '&balance_affecting_records_only=Y')
    expect(codes(all)).toContain('T1300')
    expect(codes(affecting)).not.toContain('T1300')
    expect(infos(affecting).some((one) => one.transaction_status === 'D')).toBe(false)
  })
})

describe('the balances', () => {
  it('are what the transactions come to, by currency, at a time', async () => {
    const sandbox = await setup({ transactions: 300 })
    const asked = now - 100 * day
    const { balances, ...rest } = (await ask(sandbox, `/v1/reporting/balances?as_of_time=${at(asked)}`)).body
    expect(rest).toEqual({
      account_id: sandbox.merchant,
      as_of_time: at(asked),
      last_refresh_time: '2026-09-21T11:59:59Z',
    })
    const totals = new Map<string, bigint>()
    const digits = ({ value }: Loose) => BigInt(value.replace('.', ''))
    for (const one of infos(sandbox.expected('transactions'))) {
      const isLater = Date.parse(one.transaction_initiation_date.replace('+0000', 'Z')) > asked * 1_000
      if (isLater || one.transaction_event_code === 'T1300' || one.transaction_status === 'D') continue
      const { currency_code: currency } = one.transaction_amount
      const sum = digits(one.transaction_amount) + (one.fee_amount ? digits(one.fee_amount) : 0n)
      totals.set(currency, (totals.get(currency) ?? 0n) + sum)
    }
    const found = new Map(balances.map(({ currency, total_balance }: Loose) => [currency, digits(total_balance)]))
    expect(found).toEqual(totals)
    expect(totals.size).toBeGreaterThan(3)
    const yen = (await ask(sandbox, '/v1/reporting/balances?currency_code=JPY')).body.balances
    expect(yen.map(({ currency }: Loose) => currency)).toEqual(['JPY'])
  })
})

import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { ask, at, day, hour, now, search, searchPath, setup } from './support.ts'

/** 2026-09-21T11:59:59Z at 14:13: two hours behind, at the last full hour. */
const refreshed = Math.floor((now - 2 * hour) / hour) * hour - 1

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
      const [status, name, details] = await ask400(sandbox, `${window}&${query}`, true)
      expect([query, status, name, details]).toEqual([query, 400, 'INVALID_REQUEST', issue])
    }
  })
})

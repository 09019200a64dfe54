import { expect, it } from 'vitest'
import { openAnswer } from '../../src/json/answer.ts'
import type { PayPalConnection } from '../../src/providers/paypal/connection.ts'
import { transactions } from '../../src/providers/paypal/resources/transactions.ts'

const began = '2026-09-01T10:00:00.000Z'
const hold = '1AB23456CD789012E'
const id = `${hold}|T0006|${began}||10.00|USD`
const answered = new Date('2026-09-10T00:00:00Z')

const lineOf = (value: string) => ({
  transaction_info: {
    transaction_id: hold,
    transaction_event_code: 'T0006',
    transaction_initiation_date: '2026-09-01T10:00:00+0000',
    transaction_amount: { currency_code: 'USD', value },
  },
})
const answerWith = (lines: readonly object[], beside: object = {}) => ({
  transaction_details: lines,
  last_refreshed_datetime: '2026-09-10T00:00:00+0000',
  total_items: lines.length,
  total_pages: lines.length === 0 ? 0 : 1,
  ...beside,
})

/** What PayPal is asked for where it gives these answers, and what comes of it. */
async function retrieve(answers: readonly object[], row = id) {
  const asked: Record<string, string>[] = []
  const left = [...answers]
  const paypal = {
    async get(_: string, parameters: Record<string, string>) {
      asked.push(parameters)
      return { json: openAnswer(Buffer.from(JSON.stringify(left.shift())), Error), date: answered }
    },
  } as unknown as PayPalConnection
  const answer = await transactions
    .retrieve?.(paypal, row, new AbortController().signal)
    .catch((error: unknown) => error)
  return { answer, asked }
}
const refusal = { verdict: 'reject', code: 'provider_refused', scope: 'object' }

it('is a line of the second in which it began', async () => {
  const { answer, asked } = await retrieve([answerWith([lineOf('-0.10'), lineOf('10.00')])])
  expect(answer).toMatchObject({ item: { id }, observedAt: answered })
  expect(asked).toEqual([
    {
      start_date: '2026-09-01T10:00:00Z',
      end_date: '2026-09-01T10:00:00Z',
      fields: 'all',
      balance_affecting_records_only: 'N',
      transaction_id: hold,
      page_size: '500',
      page: '1',
    },
  ])
})

it('is gone where the time since shows it no more than that second, whatever other lines have its transaction_id', async () => {
  const { answer, asked } = await retrieve([answerWith([]), answerWith([lineOf('12.00')])])
  expect(answer).toEqual({ item: null, observedAt: answered })
  expect(asked[1]).toMatchObject({ start_date: '2026-09-01T10:00:00Z', end_date: '2026-09-09T23:59:59Z' })
})

it('is there where only the time since shows it', async () => {
  const { answer } = await retrieve([answerWith([]), answerWith([lineOf('10.00')])])
  expect(answer).toMatchObject({ item: { id } })
})

it.each([
  ['has more pages', answerWith([lineOf('12.00')], { total_items: 600, total_pages: 2 })],
  ['has data of less than three hours after it', answerWith([], { last_refreshed_datetime: '2026-09-01T12:59:59Z' })],
  ['does not say up to when it has data', answerWith([], { last_refreshed_datetime: undefined })],
])('is not proven to be gone by an answer that %s', async (_, answer) => {
  expect((await retrieve([answer, answer])).answer).toMatchObject(refusal)
})

it.each(['1AB23456CD789|T0006|2026-09-01T10:00:00.000Z||10.00|USD', `${hold}|T0006|||10.00|USD`])(
  'is not asked for without an id that PayPal takes and a time: %s',
  async (row) => {
    expect(await retrieve([], row)).toMatchObject({ answer: refusal, asked: [] })
  },
)

import { mix, seedFor } from '../../server/random.ts'
import { pageAnswer } from '../answer.ts'
import type { Operation, PayPalRequest } from '../api.ts'
import type { Row } from '../ledger/ledger.ts'
import { amountOf, type Money } from '../money.ts'
import { type Fields, fieldOf, textAt } from '../paypal-object.ts'
import { badRequest, dataNotAvailable, resultSetTooLarge } from '../refusal.ts'
import { commaList, moment, queryShape, required, text, textOf, whole, word } from '../request-shape.ts'
import { scopes } from '../scopes.ts'
import { day, reportingTime, secondsOf, timestamp } from '../timestamps.ts'
import { pageLinks } from './pages.ts'

/** What Transaction Search lets one see. The facts that PayPal does not publish are options. */
export interface TransactionSearch {
  /** The provider's clock, in unix seconds. */
  now(): number
  /** Up to when the data goes, in unix seconds. */
  lastRefreshed(): number
  /** The status of the refusal of a start that has no data. */
  readonly unavailableStatus: 400 | 404
  /** More rows in a window are refused. */
  readonly maximumItems: number
  /** Which moment of a transaction the window is about. */
  readonly filteredBy: 'initiation' | 'update'
}

const parts = [
  'transaction_info',
  'payer_info',
  'shipping_info',
  'auction_info',
  'cart_info',
  'incentive_info',
  'store_info',
] as const

const parse = queryShape({
  transaction_id: textOf(17, 19),
  transaction_type: text,
  transaction_status: word(['D', 'P', 'S', 'V']),
  transaction_amount: text,
  transaction_currency: textOf(3, 3),
  start_date: moment,
  end_date: moment,
  payment_instrument_type: word(['CREDITCARD', 'DEBITCARD']),
  store_id: text,
  terminal_id: text,
  fields: commaList(word(['all', ...parts]), parts.length + 1),
  balance_affecting_records_only: word(['Y', 'N']),
  page_size: whole(1, 500),
  page: whole(1, 2_147_483_647),
})

type Query = ReturnType<typeof parse>

const historyDays = 3 * 365
const mostDays = 31

export function transactionsOperation(search: TransactionSearch): Operation {
  // The pages of a window are mostly read one after the other.
  let last: { readonly state: string; readonly rows: readonly Row[] } = { state: '', rows: [] }
  function rowsOf(request: PayPalRequest, query: Query, window: Window): readonly Row[] {
    const { id, ledger } = request.merchant
    const { page, page_size, fields, ...filters } = query
    const state = JSON.stringify([id, ledger.changes(), search.now(), window, filters])
    if (state !== last.state) last = { state, rows: shuffled(find(request, query, { ...window, search }), window) }
    return last.rows
  }

  return {
    method: 'GET',
    path: '/v1/reporting/transactions',
    scope: scopes.transactions,
    isList: true,
    answer(request) {
      const query = parse(request.query)
      const window = windowOf(query, search)
      const { page_size: size = 100, page = 1 } = query
      const rows = rowsOf(request, query, window)
      if (rows.length > search.maximumItems) throw resultSetTooLarge(rows.length, search.maximumItems)
      const from = ((request.failure?.kind === 'same-page' ? 1 : page) - 1) * size
      const pages = Math.ceil(rows.length / size)
      const shown = rows.slice(from, from + size)
      return pageAnswer(
        request.failure,
        'transaction_details',
        shown.map((row) => partsOf(row.object(), query.fields ?? ['transaction_info'])),
        {
          account_number: request.merchant.id,
          start_date: reportingTime(window.from),
          end_date: reportingTime(window.to),
          last_refreshed_datetime: reportingTime(search.lastRefreshed()),
          page,
          total_items: rows.length,
          total_pages: pages,
          links: pageLinks(request.visit.seen.url, { page, pages, hasTotals: true }),
        },
      )
    },
  }
}

interface Window {
  readonly from: number
  readonly to: number
  /** The end that was asked for. */
  readonly end: number
}

function windowOf(query: Query, { now, lastRefreshed, unavailableStatus }: TransactionSearch): Window {
  const from = required(query.start_date, 'start_date')
  const end = required(query.end_date, 'end_date')
  const refuse = (field: string, value: number, issue: string) =>
    badRequest({ field, location: 'query', value: timestamp(Math.floor(value)), issue })
  if (from > end) throw refuse('start_date', from, 'Start date is after the end date')
  if (end - from > mostDays * day) throw refuse('end_date', end, 'Date range is greater than 31 days')
  if (from < now() - historyDays * day || from > lastRefreshed()) throw dataNotAvailable(unavailableStatus)
  return { from, end, to: Math.min(end, lastRefreshed()) }
}

function find({ merchant }: PayPalRequest, query: Query, { from, to, search }: Window & { search: TransactionSearch }) {
  const onlyAffecting = (query.balance_affecting_records_only ?? 'Y') === 'Y'
  const rows = search.filteredBy === 'initiation' ? merchant.ledger.within(from, to) : updatedWithin(from, to)
  const filters = filtersOf(query)
  return rows.filter(
    (row) =>
      (!onlyAffecting || row.affectsBalance()) &&
      (filters.length === 0 || filters.every((isWanted) => isWanted(row.object()))),
  )

  function updatedWithin(first: number, last: number): Row[] {
    return [...merchant.ledger.all()].filter((row) => {
      const updated = secondsOf(textAt(row.object(), 'transaction_info', 'transaction_updated_date'))
      return updated >= first && updated <= last
    })
  }
}

type Filter = (transaction: Fields) => boolean

function filtersOf(query: Query): readonly Filter[] {
  const equal = (wanted: string | undefined, ...path: readonly string[]): readonly Filter[] =>
    wanted === undefined ? [] : [(transaction) => fieldOf(transaction, ...path) === wanted]
  return [
    ...equal(query.transaction_id, 'transaction_info', 'transaction_id'),
    ...equal(query.transaction_type, 'transaction_info', 'transaction_event_code'),
    ...equal(query.transaction_status, 'transaction_info', 'transaction_status'),
    ...equal(query.transaction_currency, 'transaction_info', 'transaction_amount', 'currency_code'),
    ...equal(query.payment_instrument_type, 'transaction_info', 'instrument_type'),
    ...equal(query.store_id, 'store_info', 'store_id'),
    ...equal(query.terminal_id, 'store_info', 'terminal_id'),
    ...(query.transaction_amount === undefined ? [] : [amountFilter(query.transaction_amount)]),
  ]
}

/** `500 TO 1005`, in the lower denomination. */
function amountFilter(range: string): Filter {
  const [, least, most] = /^\[?(\d+) TO (\d+)\]?$/.exec(range) ?? []
  if (least === undefined || most === undefined)
    throw badRequest({
      field: 'transaction_amount',
      value: range,
      location: 'query',
      issue: 'INVALID_PARAMETER_SYNTAX',
    })
  return (transaction) => {
    const gross = fieldOf(transaction, 'transaction_info', 'transaction_amount')
    const amount = Math.abs(isMoney(gross) ? amountOf(gross) : 0)
    return amount >= Number(least) && amount <= Number(most)
  }
}

const isMoney = (value: unknown): value is Money => typeof fieldOf(value, 'value') === 'string'

/** PayPal promises no order. This one is the same for all pages of a window that does not change, and of no use. */
function shuffled(rows: readonly Row[], { from, end }: Window): readonly Row[] {
  const seed = seedFor(1, `${from}..${end}`)
  return rows
    .map((row) => ({ row, place: mix(row.number ^ seed) }))
    .sort((a, b) => a.place - b.place)
    .map(({ row }) => row)
}

function partsOf(transaction: Fields, fields: readonly string[]): Fields {
  if (fields.includes('all')) return transaction
  return Object.fromEntries(parts.filter((part) => fields.includes(part)).map((part) => [part, transaction[part]]))
}

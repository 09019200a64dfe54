import * as tables from '../../../db/schema.ts'
import { SyncError, windowTooLarge } from '../../../errors.ts'
import type { EmbeddedItems, Page, Query } from '../../../provider/contract.ts'
import { dateTime, type Fields, fields, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import { dateIn, type PayPalConnection } from '../connection.ts'
import { numberedPage, pageNumber, rfc3339 } from '../list.ts'
import { currencyOf, customerIdOf, money } from '../readers.ts'
import { PayPalRefusal } from '../refusal.ts'
import type { PayPalResource } from '../resource.ts'
import { retrieveLine } from './ledger-line.ts'

const infoOf = (item: Fields) => fields(item.transaction_info)
const info = (item: Item) => infoOf(fields(item.value()))
const codeOf = (item: Fields) => text(infoOf(item).transaction_event_code) ?? ''
const amountOf = (item: Fields) => money(infoOf(item).transaction_amount)

/** PayPal says that a transaction shows within three hours. One that is pending may settle days later. */
const lag = 3 * 86_400
/** PayPal answers for so many days at once. */
const maxDays = 31
/** Three years, less the day on which the job may run on. */
const historyDays = 1_094

const leavesHistory = 'paypal: a window begins before the history of PayPal. The worker reads it in halves.'

/** A window is so young if it may begin after the time up to which PayPal has data. */
const youngSeconds = 7 * 86_400

async function list(paypal: PayPalConnection, query: Query): Promise<Page> {
  const { from = 0, to = null } = query.window ?? {}
  try {
    const answer = await paypal.get('/v1/reporting/transactions', {
      ...between(from, to ?? from + maxDays * 86_400),
      page_size: String(query.limit),
      page: String(pageNumber(query)),
    })
    const page = numberedPage(answer, { query, name: 'transaction_details', idOf: withLedgerId })
    const completeTo = completenessOf(answer.json.list('transaction_details').fields, to)
    return { ...page, ...(completeTo && { completeTo }) }
  } catch (error) {
    if (!(error instanceof PayPalRefusal) || !isWithoutData(error)) throw error
    const observedAt = dateIn(error.headers)
    const answered = observedAt.getTime() / 1_000
    // The job was planned days ago: only the older part of the window has left PayPal's history.
    if (to !== null && from < answered - historyDays * 86_400 && to > answered - historyDays * 86_400 + 3_600)
      throw new SyncError('reject', windowTooLarge, leavesHistory, { scope: 'page' })
    const isYoung = from > answered - youngSeconds
    return { items: [], next: null, observedAt, total: 0, ...(isYoung && { completeTo: new Date(from * 1_000) }) }
  }
}

/** What asks for all lines of a window, with all that PayPal has of them. */
const between = (from: number, to: number) => ({
  start_date: rfc3339(from),
  // The end belongs to the window.
  end_date: rfc3339(to - 1),
  fields: 'all',
  // The default leaves out what does not change the balance: authorizations, denied payments.
  balance_affecting_records_only: 'N',
})

/** Up to when the answer has all transactions: PayPal's data lags, and it may answer for less than the window. */
function completenessOf(answer: Fields, to: number | null): Date | null {
  const refreshed = dateTime(answer.last_refreshed_datetime)
  const end = dateTime(answer.end_date)
  const isShort = end !== null && to !== null && end.getTime() < (to - 1) * 1_000
  if (!isShort) return refreshed
  return refreshed === null || end < refreshed ? end : refreshed
}

/** PayPal has no data at the window's begin, yet or any more. It says so in words, as 400 or as 404. Any other 404 is a refusal. */
function isWithoutData({ status, code, message, issues }: PayPalRefusal): boolean {
  return (
    (status === 404 && code === 'INVALID_REQUEST') ||
    (status === 400 && [message, ...issues].some((sentence) => /date is not available/i.test(sentence)))
  )
}

/** A transaction's id is not unique among the lines of the ledger. What tells the lines apart makes theirs. */
function withLedgerId(item: Item): Item {
  const line = info(item)
  const { value, currency_code: currency } = fields(line.transaction_amount)
  const id = text(line.transaction_id)
  if (id === null) return item
  const parts = [
    id,
    line.transaction_event_code,
    dateTime(line.transaction_initiation_date)?.toISOString(),
    line.paypal_reference_id,
    value,
    currency,
  ]
  return item.withId(parts.map((part) => text(part) ?? '').join('|'))
}

/**
 * Codes of reversals that give no customer a payment back: bank transfers, debit cards and points (T1101 to T1104), holds
 * and their ends (T1105, T1110, T1111), fees (T1108, T1109), the merchant's own payouts and rebates, a purchase of the
 * merchant's. developer.paypal.com/reports/reference/t-codes
 */
const returnsNothing = /^T11(0[1-5]|0[89]|1[0-2]|1[4579])$/

/** The kinds of lines that are objects of their own, by the first characters of their event code. */
function embeddedItems(item: Item): EmbeddedItems {
  const value = fields(item.value())
  const line = infoOf(value)
  const id = text(line.transaction_id)
  const code = codeOf(value)
  const amount = Number(text(fields(line.transaction_amount).value) ?? 0)
  const payer = item.at('payer_info')
  const customer = customerIdOf(payer.value())
  const time = seenAtOf(item, line)
  const seen = time && { seenAt: time }
  const embedded = id === null ? [] : [{ item: item.withId(id), ...seen }]
  return {
    ...(code.startsWith('T00') && amount > 0 && { payments: embedded }),
    ...(code.startsWith('T11') && !returnsNothing.test(code) && amount < 0 && { refunds: embedded }),
    ...(code.startsWith('T04') && { payouts: embedded }),
    ...(customer !== null && { customers: [{ item: payer.withId(customer), ...seen }] }),
  }
}

/**
 * PayPal's times have whole seconds. Lines of one second may show a payer in two ways, and lines of one refund share its id:
 * a fraction of a second made of the line's own id decides between them, the same way in each job.
 */
function seenAtOf({ id }: Item, { transaction_updated_date: updated }: Fields): Date | null {
  const time = dateTime(updated)
  let hash = 0
  for (const character of String(id)) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0
  return time && new Date(time.getTime() + 1 + (hash % 999))
}

/** The ledger: each line that PayPal has of the last three years. */
export const transactions: PayPalResource<typeof tables.balanceTransactions> = {
  name: 'balance_transactions',
  table: tables.balanceTransactions,
  owner: { customer: ['customerId'], about: ['sourceId'] },
  pageSize: 500,
  createdFilter: {
    field: 'transaction_info.transaction_initiation_date',
    read: dateTime,
    order: 'none',
    maxDays,
    historyDays,
    lag,
  },
  // A window shows up to 500 lines with one request. Asked for by id, each costs one.
  unsettled: { by: { column: 'status' }, values: ['P'], byWindow: true },
  list,
  retrieve: (paypal, id) => retrieveLine(paypal, id, { between, idOf: withLedgerId, maxDays }),
  embeddedItems,
  touched(item) {
    const { paypal_reference_id: id, paypal_reference_id_type: type } = info(item)
    return type === 'SUB' && typeof id === 'string' ? [{ resource: 'subscriptions', id }] : []
  },
  row: mapping<typeof tables.balanceTransactions>({
    type: at(text, 'transaction_info.transaction_event_code'),
    reportingCategory: derived((item) => codeOf(item).slice(0, 3) || null),
    status: at(text, 'transaction_info.transaction_status'),
    currency: at(currencyOf, 'transaction_info.transaction_amount'),
    amount: at(money, 'transaction_info.transaction_amount'),
    fee: derived((item) => {
      // PayPal writes what it takes as a negative amount.
      const fee = money(infoOf(item).fee_amount)
      return fee === null ? null : 0 - fee
    }),
    net: derived((item) => {
      const amount = amountOf(item)
      return amount === null ? null : amount + (money(infoOf(item).fee_amount) ?? 0)
    }),
    sourceId: at(text, 'transaction_info.transaction_id'),
    customerId: derived((item) => customerIdOf(item.payer_info)),
    description: at(text, 'transaction_info.transaction_subject'),
    createdAt: at(dateTime, 'transaction_info.transaction_initiation_date'),
    updatedAt: at(dateTime, 'transaction_info.transaction_updated_date'),
    ...absent('livemode', 'exchangeRate', 'payoutId', 'orderId', 'balanceType', 'availableOn'),
  }),
}

import type { Retrieved } from '../../../provider/contract.ts'
import { refusalOf } from '../../../provider/failures.ts'
import { dateTime } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import type { PayPalConnection } from '../connection.ts'
import { paypalNames } from '../failure.ts'
import { numberedPage } from '../list.ts'

interface Ledger {
  /** Of the longest window. */
  readonly maxDays: number
  /** The parameters of a window. */
  between(from: number, to: number): Readonly<Record<string, string>>
  /** The item with the id of its row. */
  idOf(item: Item): Item
}

/** PayPal says that a transaction shows within three hours. */
const showsWithin = 3 * 3_600

/**
 * A line of the ledger, by the id of its row. PayPal has no such call, and filters its list by `transaction_id`. The line is
 * gone if neither the second in which it began nor the 31 days since show it. The second question counts if PayPal goes by
 * the time of the last change, which its documents do not say. @throws SyncError if an answer does not prove that
 */
export async function retrieveLine(
  paypal: PayPalConnection,
  id: string,
  { between, idOf, maxDays }: Ledger,
): Promise<Retrieved> {
  const [transactionId = '', , initiated] = id.split('|')
  const began = dateTime(initiated)
  // PayPal takes ids of 17 to 19 characters.
  if (!began || transactionId.length < 17 || transactionId.length > 19) throw unproven('no transaction_id to ask for')
  const from = Math.floor(began.getTime() / 1_000)
  const ask = async (to: number) => {
    const answer = await paypal.get('/v1/reporting/transactions', {
      ...between(from, to),
      transaction_id: transactionId,
      page_size: String(firstPage.limit),
      page: '1',
    })
    const { items, next, observedAt } = numberedPage(answer, {
      query: firstPage,
      name: 'transaction_details',
      idOf,
    })
    const item = items.find((line) => line.id === id)
    if (item) return { item, observedAt }
    if (next !== null) throw unproven('more than one page')
    const refreshed = dateTime(answer.json.list('transaction_details').fields.last_refreshed_datetime)
    if (!refreshed || refreshed.getTime() < began.getTime() + showsWithin * 1_000) throw unproven('no data up to it')
    return { item: null, observedAt }
  }
  const first = await ask(from + 1)
  if (first.item) return first
  return await ask(Math.min(from + maxDays * 86_400, Math.floor(first.observedAt.getTime() / 1_000)))
}

const firstPage = { cursor: null, limit: 500 }

/** The row stays as it is. */
const unproven = (place: string) =>
  refusalOf(paypalNames, { place, sentence: null })(
    'object',
    'provider_refused',
    'the ledger does not say whether it has a line',
    "Look for it in PayPal's activity report.",
  )

import * as tables from '../../../db/schema.ts'
import type { Page, Query } from '../../../provider/contract.ts'
import { dateTime, fields, list, metadataOf, text } from '../../../provider/fields.ts'
import type { Item } from '../../../provider/item.ts'
import { absent, at, derived, mapping } from '../../../provider/mapping.ts'
import type { PayPalConnection } from '../connection.ts'
import { numberedPage, retrieveAt, rfc3339Milliseconds } from '../list.ts'
import { currencyOf, money } from '../readers.ts'
import type { PayPalResource } from '../resource.ts'

/** The list goes back 180 days, less the day on which the job may run on. */
const historyDays = 179

const withDisputeId = (item: Item): Item => {
  const id = text(fields(item.value()).dispute_id)
  return id === null ? item : item.withId(id)
}

function rangeOf({ window, by }: Query): Readonly<Record<string, string>> {
  const { from = 0, to = null } = window ?? {}
  // By creation nothing is missing from the list by change: a dispute changes at its creation or later. A filter by creation
  // would lose the disputes that are older and have changed within the 180 days. What is newer the core leaves out.
  const isBounded = by === 'updated' && to !== null
  return {
    // PayPal reads it without its own second: the second before it stands there.
    update_time_after: rfc3339Milliseconds(from - 1),
    ...(isBounded && { update_time_before: rfc3339Milliseconds(to) }),
  }
}

async function readList(paypal: PayPalConnection, query: Query): Promise<Page> {
  const answer = await paypal.get('/v1/customer/disputes', {
    ...rangeOf(query),
    page_size: String(query.limit),
    next_page_token: query.cursor ?? undefined,
  })
  const page = numberedPage(answer, { query: { ...query, cursor: null }, name: 'items', idOf: withDisputeId })
  return { ...page, next: nextToken(answer.json.list('items').fields.links) }
}

/** The cursor of the next page stands only in a link. */
function nextToken(links: unknown): string | null {
  const next = (list(links) ?? []).map(fields).find(({ rel }) => rel === 'next')
  const href = text(next?.href)
  if (href === null || !URL.canParse(href, 'https://api-m.paypal.com')) return null
  return new URL(href, 'https://api-m.paypal.com').searchParams.get('next_page_token')
}

/** Disputes that were made or have changed within the last 180 days. Older ones stay as they were last seen. */
export const disputes: PayPalResource<typeof tables.disputes> = {
  name: 'disputes',
  table: tables.disputes,
  owner: { about: ['paymentId'] },
  pageSize: 50,
  listsSummaries: true,
  createdFilter: { field: 'create_time', read: dateTime, order: 'none', historyDays },
  updatedFilter: { field: 'update_time', read: dateTime, order: 'none', historyDays },
  list: readList,
  retrieve: (paypal, id) => retrieveAt(paypal, `/v1/customer/disputes/${encodeURIComponent(id)}`, withDisputeId),
  row: mapping<typeof tables.disputes>({
    paymentId: derived((item) => text(fields(list(item.disputed_transactions)?.[0]).seller_transaction_id)),
    status: text,
    reason: text,
    currency: at(currencyOf, 'dispute_amount'),
    amount: at(money, 'dispute_amount'),
    evidenceDueBy: at(dateTime, 'seller_response_due_date'),
    networkReasonCode: at(text, 'external_reason_code'),
    metadata: derived((item) => metadataOf(item, 'dispute_life_cycle_stage', 'dispute_channel')),
    createdAt: at(dateTime, 'create_time'),
    updatedAt: at(dateTime, 'update_time'),
    ...absent(
      'paymentIntentId',
      'customerId',
      'orderId',
      'locationId',
      'balanceTransactionId',
      'isChargeRefundable',
      'hasEvidence',
      'livemode',
    ),
  }),
}

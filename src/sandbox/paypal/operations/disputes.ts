import { objectAnswer, pageAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import { type Fields, fieldOf, listAt, textAt } from '../paypal-object.ts'
import { badRequest, notFound } from '../refusal.ts'
import { commaList, moment, queryShape, textOf, whole, word } from '../request-shape.ts'
import { scopes } from '../scopes.ts'
import { day, millisecondTime, secondsOf } from '../timestamps.ts'
import { host, link, newestFirst, selfLink } from './pages.ts'

const states = [
  'REQUIRED_ACTION',
  'REQUIRED_OTHER_PARTY_ACTION',
  'UNDER_PAYPAL_REVIEW',
  'RESOLVED',
  'OPEN_INQUIRIES',
  'APPEALABLE',
] as const

const parse = queryShape({
  start_time: moment,
  disputed_transaction_id: textOf(1, 255),
  page_size: whole(1, 50),
  next_page_token: textOf(1, 255),
  dispute_state: commaList(word(states), states.length),
  update_time_before: moment,
  update_time_after: moment,
})

type Query = ReturnType<typeof parse>

const lastDays = 180

interface DisputeOptions {
  /** The provider's clock, in unix seconds. */
  now(): number
}

export function disputeOperations({ now }: DisputeOptions): readonly Operation[] {
  const scope = scopes.disputes
  return [
    {
      method: 'GET',
      path: '/v1/customer/disputes',
      scope,
      isList: true,
      answer(request) {
        const query = parse(request.query)
        checkTimes(query, now())
        const { page_size: size = 10, next_page_token: token } = query
        const matching = request.merchant.stores.disputes
          .sorted(
            'update_time',
            newestFirst((dispute) => textAt(dispute, 'update_time'), 'dispute_id'),
          )
          .map(({ object }) => object)
          .filter((dispute) => matches(dispute, query, now()))
        const after = token === undefined || request.failure?.kind === 'same-page' ? undefined : positionOf(token)
        const rest = after === undefined ? matching : matching.filter((dispute) => isAfter(dispute, after))
        const page = rest.slice(0, size)
        const hasMore = rest.length > size
        const links = linksOf(request.visit.seen.url, hasMore ? page.at(-1) : undefined)
        // A page has at least one item by the specification: an empty one has no field for them.
        if (page.length === 0 && !request.failure) return objectAnswer({ links })
        return pageAnswer(request.failure, 'items', page.map(summary), { links })
      },
    },
    {
      method: 'GET',
      path: '/v1/customer/disputes/{id}',
      scope,
      isList: false,
      answer({ merchant }, id) {
        const dispute = merchant.stores.disputes.get(id)
        if (!dispute) throw notFound('path')
        // The state is in the list alone, and the payment here alone.
        const detail = { ...dispute, dispute_state: undefined }
        return objectAnswer({ ...detail, links: selfLink(`/v1/customer/disputes/${id}`) })
      },
    },
  ]
}

function checkTimes(query: Query, now: number): void {
  for (const field of ['start_time', 'update_time_after', 'update_time_before'] as const) {
    const time = query[field]
    if (time !== undefined && time < now - lastDays * day)
      throw badRequest({
        field,
        value: millisecondTime(time),
        location: 'query',
        issue: 'INVALID_PARAMETER_VALUE',
        description: `${field} must be within the last 180 days.`,
      })
  }
  if (query.start_time !== undefined && query.disputed_transaction_id !== undefined)
    throw badRequest({ field: 'start_time', location: 'query', issue: 'CONFLICTING_PARAMETERS' })
}

/** Without times the list goes back 180 days. Whether the ends of a range belong to it is nowhere said: they do not. */
function matches(dispute: Fields, query: Query, now: number): boolean {
  const updated = secondsOf(textAt(dispute, 'update_time'))
  const after = query.update_time_after ?? now - lastDays * day
  const paid = listAt(dispute, 'disputed_transactions').map((payment) => textAt(payment, 'seller_transaction_id'))
  return (
    updated > after &&
    updated < (query.update_time_before ?? Number.POSITIVE_INFINITY) &&
    (query.start_time === undefined || secondsOf(textAt(dispute, 'create_time')) >= query.start_time) &&
    (query.disputed_transaction_id === undefined || paid.includes(query.disputed_transaction_id)) &&
    (query.dispute_state?.some((state) => state === dispute.dispute_state) ?? true)
  )
}

/** The token of the next page stands in the link alone. It says where the page ended. */
function linksOf(url: string, last: Fields | undefined): readonly Fields[] {
  const self = new URL(url, host)
  const links = [link(self.href, 'self')]
  if (last === undefined) return links
  const position = { u: last.update_time, d: last.dispute_id }
  self.searchParams.set('next_page_token', Buffer.from(JSON.stringify(position)).toString('base64'))
  return [...links, link(self.href, 'next')]
}

function positionOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString())
  } catch {
    throw badRequest({ field: 'next_page_token', value: token, location: 'query', issue: 'INVALID_PARAMETER_VALUE' })
  }
}

function isAfter(dispute: Fields, position: unknown): boolean {
  const [updated, last] = [textAt(dispute, 'update_time'), String(fieldOf(position, 'u'))]
  return updated === last ? textAt(dispute, 'dispute_id') > String(fieldOf(position, 'd')) : updated < last
}

/** What a list shows of a dispute: not the payment that it is about. */
export function summary(dispute: Fields): Fields {
  const shown = Object.entries(dispute).filter(([name]) => listed.has(name))
  return { ...Object.fromEntries(shown), links: selfLink(`/v1/customer/disputes/${textAt(dispute, 'dispute_id')}`) }
}

const listed = new Set([
  'dispute_id',
  'create_time',
  'update_time',
  'reason',
  'status',
  'dispute_state',
  'dispute_amount',
  'dispute_life_cycle_stage',
  'dispute_channel',
  'seller_response_due_date',
])

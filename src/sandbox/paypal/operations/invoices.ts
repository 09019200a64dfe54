import { objectAnswer } from '../answer.ts'
import type { Operation } from '../api.ts'
import { type Fields, fieldOf, listAt, textAt } from '../paypal-object.ts'
import { notFound, notImplemented } from '../refusal.ts'
import {
  date,
  jsonBody,
  listOf,
  moment,
  type Parser,
  queryShape,
  required,
  shape,
  text,
  textOf,
  truth,
  truthText,
  whole,
  word,
} from '../request-shape.ts'
import { scopes } from '../scopes.ts'
import { secondsOf } from '../timestamps.ts'
import { newestFirst, numberedPage, selfLink } from './pages.ts'

const statuses = [
  'DRAFT',
  'SENT',
  'SCHEDULED',
  'PAID',
  'MARKED_AS_PAID',
  'CANCELLED',
  'REFUNDED',
  'PARTIALLY_PAID',
  'PARTIALLY_REFUNDED',
  'MARKED_AS_REFUNDED',
  'UNPAID',
  'PAYMENT_PENDING',
] as const
/** What an invoice has besides, which a search leaves out. */
const collections = ['items', 'payments', 'refunds', 'additional_recipients_info', 'attachments'] as const

const paging = queryShape({ page: whole(1, 1_000), page_size: whole(1, 100), total_required: truthText })
const times = range(moment)
const dates = range(date)
const amount = shape({ currency_code: text, value: text })
const search = shape({
  recipient_email: textOf(1, 254),
  recipient_first_name: textOf(1, 140),
  recipient_last_name: textOf(1, 140),
  recipient_business_name: textOf(1, 300),
  invoice_number: textOf(1, 25),
  status: listOf(word(statuses), 5),
  reference: textOf(1, 120),
  currency_code: textOf(3, 3),
  memo: textOf(1, 500),
  total_amount_range: shape({ lower_amount: amount, upper_amount: amount }),
  invoice_date_range: dates,
  due_date_range: dates,
  payment_date_range: times,
  creation_date_range: times,
  archived: truth,
  fields: listOf(word(collections), collections.length),
})

const unknownFilters = [
  'recipient_first_name',
  'recipient_last_name',
  'recipient_business_name',
  'reference',
  'memo',
  'total_amount_range',
  'due_date_range',
  'payment_date_range',
] as const

type Search = ReturnType<typeof search>

/** A range of which neither end may be missing. */
function range<T>(end: Parser<T>): Parser<readonly [T, T]> {
  const ends = shape({ start: end, end })
  return (value, place) => {
    const given = ends(value, place)
    const at = (name: string) => `${place.field}/${name}`
    return [required(given.start, at('start'), 'body'), required(given.end, at('end'), 'body')]
  }
}

interface InvoiceOptions {
  /** Whether a search shows the items of its invoices where a request names them. */
  readonly searchShowsFields: boolean
}

export function invoiceOperations({ searchShowsFields }: InvoiceOptions): readonly Operation[] {
  const scope = scopes.invoices
  return [
    {
      method: 'POST',
      path: '/v2/invoicing/search-invoices',
      scope,
      isList: true,
      answer(request) {
        const { page = 1, page_size: size = 20, total_required: hasTotals = false } = paging(request.query)
        const criteria = search(jsonBody(request.body), { field: '', location: 'body' })
        for (const name of unknownFilters) if (criteria[name] !== undefined) throw notImplemented(name)
        // Only archived invoices, of which there are none.
        const { archived = false, fields = [] } = criteria
        const matching = request.merchant.stores.invoices
          .sorted('create_time', byCreation)
          .map(({ object }) => object)
          .filter((invoice) => !archived && matches(invoice, criteria))
        const call = { field: 'items', page, size, hasTotals }
        return numberedPage(request, matching, call, (invoice) => summary(invoice, searchShowsFields ? fields : []))
      },
    },
    {
      method: 'GET',
      path: '/v2/invoicing/invoices/{id}',
      scope,
      isList: false,
      answer({ merchant }, id) {
        const invoice = merchant.stores.invoices.get(id)
        if (!invoice) throw notFound('path')
        return objectAnswer({ ...invoice, links: selfLink(`/v2/invoicing/invoices/${id}`) })
      },
    },
  ]
}

const createTime = (invoice: Fields) => textAt(invoice, 'detail', 'metadata', 'create_time')
const byCreation = newestFirst(createTime, 'id')

function matches(invoice: Fields, criteria: Search): boolean {
  const { creation_date_range: created, invoice_date_range: dated, status } = criteria
  const isEqual = (wanted: string | undefined, ...path: readonly string[]) =>
    wanted === undefined || fieldOf(invoice, ...path) === wanted
  const recipients = listAt(invoice, 'primary_recipients').map((recipient) =>
    textAt(recipient, 'billing_info', 'email_address'),
  )
  return (
    (created === undefined || isWithin(secondsOf(createTime(invoice)), created)) &&
    (dated === undefined || isWithin(textAt(invoice, 'detail', 'invoice_date'), dated)) &&
    (status?.some((wanted) => wanted === invoice.status) ?? true) &&
    isEqual(criteria.invoice_number, 'detail', 'invoice_number') &&
    isEqual(criteria.currency_code, 'detail', 'currency_code') &&
    (criteria.recipient_email === undefined || recipients.includes(criteria.recipient_email))
  )
}

/** Both ends belong to a range. */
const isWithin = <T extends number | string>(value: T, [start, end]: readonly [T, T]) => value >= start && value <= end

/** An invoice of a search: without the items, the payments and the refunds. */
export function summary(invoice: Fields, fields: readonly string[]): Fields {
  const left = Object.entries(invoice).filter(
    ([name]) => !collections.some((collection) => collection === name) || fields.includes(name),
  )
  return { ...Object.fromEntries(left), links: selfLink(`/v2/invoicing/invoices/${textAt(invoice, 'id')}`) }
}

/*
 * A custom provider in code: Recurly. Name it in the configuration, `"Providers": { "Modules": ["recurly.ts"] }`, and run
 * `npm run build`. In a project of your own the types come from 'billing-sync-worker/kit'.
 */
import { createHmac } from 'node:crypto'
import type { Credentials, Item, JsonAnswer, Kit, Page, Provider, Query, Resource, Retrieved } from '../../src/kit.ts'

export interface RecurlySettings {
  /** Replaces Recurly's address, for tests. */
  readonly apiBase?: string
  readonly perSecond?: number
}

interface Connection {
  readonly id: null
  readonly mode: 'live'
  readonly credential: string
  readonly perSecond: number
  /** A path with its query, as a link to the next page has it. */
  get(path: string): Promise<{ readonly json: JsonAnswer; readonly date: Date }>
  quote(message: unknown): string | null
  close(): void
}

/** A refusal, as the connection throws it and `failure` reads it. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown

  constructor(status: number, headers: Readonly<Record<string, string>>, body: unknown) {
    super('refused')
    this.status = status
    this.headers = headers
    this.body = body
  }
}

export default function recurly(kit: Kit, settings: RecurlySettings = {}): Provider {
  const { SyncError, defineProvider, fields, http, items, mapping, money, tables } = kit
  const { absent, at, derived } = mapping
  const { dateTime, fields: fieldsOf, integer, object, reference, text } = fields
  const base = new URL(settings.apiBase ?? 'https://v3.recurly.com')

  const unusable = (what: string) =>
    new SyncError('retry', 'provider_response', `recurly: an answer ${what}. If it goes on, look at status.recurly.com.`, {
      scope: 'provider',
    })

  function open({ tenantId, accessToken, secret }: Credentials): Connection {
    if (accessToken === undefined || !/^[\w-]{16,100}$/.test(accessToken))
      throw new SyncError(
        'reject',
        accessToken === undefined ? 'no_credentials' : 'bad_credentials',
        `recurly: ${secret ?? 'the accessToken of the message'} is not a private API key. Take one from Integrations → API Credentials.`,
      )
    const insecure = base.protocol === 'http:'
    const exchange = http.openExchange({ provider: 'recurly' })
    const headers = {
      authorization: `Basic ${Buffer.from(`${accessToken}:`).toString('base64')}`,
      accept: 'application/vnd.recurly.v2021-02-25',
    }
    return {
      id: null,
      mode: 'live',
      credential: createHmac('sha256', tenantId).update(accessToken).digest('hex'),
      perSecond: settings.perSecond ?? 15,
      quote: (message) => http.sentenceOf(message, accessToken),
      async get(path) {
        const answer = await exchange.send({
          host: http.hostOf(base),
          port: base.port || (insecure ? 80 : 443),
          path,
          method: 'GET',
          headers,
          insecure,
        })
        if (answer.status !== 200) throw new Refusal(answer.status, answer.headers, jsonIn(answer.body))
        return { json: items.openAnswer(answer.body, () => unusable('is not JSON')), date: dateIn(answer.headers) }
      },
      close: () => exchange.close(),
    }
  }

  function dateIn({ date }: Readonly<Record<string, string>>): Date {
    const time = new Date(date ?? '')
    if (Number.isNaN(time.getTime())) throw unusable('has no Date header')
    return time
  }

  /** The link to the next page is the cursor. It is a path, so that no answer leads to another host. */
  async function list(connection: Connection, path: string, query: Query): Promise<Page> {
    const { json, date } = await connection.get(query.cursor ?? firstPage(path, query))
    const { items: entries, fields: beside } = json.list('data')
    if (!entries) throw unusable('is not a list')
    const next = beside.has_more === true ? text(beside.next) : null
    if (next !== null && !/^\/[^/\\]/.test(next)) throw unusable('names a next page on another host')
    return { items: entries, next, observedAt: date }
  }

  async function retrieve(connection: Connection, path: string): Promise<Retrieved> {
    try {
      const { json, date } = await connection.get(path)
      if (json.whole.id === null) throw unusable('is not an object')
      return { item: json.whole, observedAt: date }
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 404) throw error
      return { item: null, observedAt: dateIn(error.headers) }
    }
  }

  /** Lists and objects at a path, newest first by creation and by change. */
  const at200 = (path: string) => ({
    pageSize: 200,
    concurrency: 4,
    createdFilter: { field: 'created_at', read: dateTime },
    updatedFilter: { field: 'updated_at', read: dateTime, lag: 60 },
    list: (connection: Connection, query: Query) => list(connection, path, query),
    retrieve: (connection: Connection, id: string) => retrieve(connection, `${path}/${encodeURIComponent(id)}`),
  })

  /** `12.3` and the currency of the object, in the minor unit. */
  const amount = (name: string) =>
    derived((item) => {
      const units = money.minorUnits(item[name], item.currency)
      return units === null || !Number.isSafeInteger(Number(units)) ? null : Number(units)
    })
  const currency = money.currencyCode
  const times = { createdAt: at(dateTime, 'created_at'), updatedAt: at(dateTime, 'updated_at') }

  const accounts: Resource<Connection, typeof tables.customers> = {
    ...at200('/accounts'),
    name: 'customers',
    table: tables.customers,
    owner: {},
    row: mapping.mapping<typeof tables.customers>({
      ...times,
      email: text,
      name: derived(({ first_name: first, last_name: last, company }) => {
        const person = [text(first), text(last)].filter(Boolean).join(' ')
        return person === '' ? text(company) : person
      }),
      phone: at(text, 'address.phone'),
      country: at(text, 'address.country'),
      delinquent: at(fields.flag, 'has_past_due_invoice'),
      ...absent('description', 'currency', 'balance', 'livemode', 'metadata'),
    }),
  }

  const lines = {
    name: 'invoice_lines',
    table: tables.invoiceLines,
    parent: 'invoiceId',
    owner: { about: ['invoiceId'] },
    embedded(invoice: Item) {
      const entries = items.itemsIn(invoice.at('line_items', 'data'))
      const { has_more: hasMore, next } = fieldsOf(fieldsOf(invoice.value()).line_items)
      return entries && { items: entries, next: hasMore === true ? text(next) : null }
    },
    list: (connection: Connection, invoice: string, query: Query) =>
      list(connection, `/invoices/${encodeURIComponent(invoice)}/line_items`, query),
    row: mapping.mapping<typeof tables.invoiceLines>({
      ...times,
      // The core fills it.
      invoiceId: derived(() => null),
      subscriptionId: at(reference, 'subscription_id'),
      productId: at(reference, 'plan_id'),
      type: text,
      description: text,
      currency: at(currency, 'currency'),
      amount: amount('subtotal'),
      discountAmount: amount('discount'),
      taxAmount: amount('tax'),
      quantity: integer,
      periodStart: at(dateTime, 'start_date'),
      periodEnd: at(dateTime, 'end_date'),
      ...absent('inclusiveTaxAmount', 'subscriptionItemId', 'invoiceItemId', 'priceId', 'subtotal', 'quantityDecimal', 'unitAmountDecimal'),
      ...absent('proration', 'discountable', 'livemode', 'metadata'),
    }),
  }

  const invoices: Resource<Connection, typeof tables.invoices> = {
    ...at200('/invoices'),
    name: 'invoices',
    table: tables.invoices,
    owner: { customer: ['customerId'] },
    nested: [lines],
    row: mapping.mapping<typeof tables.invoices>({
      ...times,
      customerId: at(reference, 'account.id'),
      subscriptionId: derived(({ subscription_ids: ids }) => reference(fields.list(ids)?.[0])),
      number: text,
      status: at(text, 'state'),
      currency: at(currency, 'currency'),
      collectionMethod: text,
      subtotal: amount('subtotal'),
      discountAmount: amount('discount'),
      taxAmount: amount('tax'),
      total: amount('total'),
      amountPaid: amount('paid'),
      amountRemaining: amount('balance'),
      dueDate: at(dateTime, 'due_at'),
      paidAt: at(dateTime, 'closed_at'),
      metadata: derived(({ custom_fields: custom }) => object(custom)),
      ...absent('orderId', 'locationId', 'billingReason', 'totalExcludingTax', 'amountDue', 'amountOverpaid'),
      ...absent('startingBalance', 'endingBalance', 'attemptCount', 'attempted', 'nextPaymentAttempt', 'periodStart'),
      ...absent('periodEnd', 'effectiveAt', 'finalizedAt', 'voidedAt', 'markedUncollectibleAt', 'customerEmail'),
      ...absent('customerName', 'livemode'),
    }),
  }

  return defineProvider<Connection>({
    name: 'recurly',
    resources: [accounts, invoices],
    states: {
      invoice: {
        pending: 'draft',
        open: 'open',
        processing: 'open',
        past_due: 'open',
        paid: 'paid',
        closed: 'paid',
        failed: 'uncollectible',
        voided: 'void',
      },
    },
    open,
    async identify(connection) {
      const { json } = await connection.get('/sites?limit=1')
      const site = fieldsOf(json.list('data').items?.[0]?.value())
      const id = text(site.id)
      if (id === null) throw unusable('does not name the site')
      const created = dateTime(site.created_at)
      return { account: id, since: created ? Math.floor(created.getTime() / 1_000) : 0 }
    },
    failure(error, connection) {
      if (error instanceof SyncError) return error
      if (!(error instanceof Refusal))
        return new SyncError(
          'retry',
          'provider_unreachable',
          'recurly: the connection ended before a complete answer. If it goes on, check the network of the worker.',
          { scope: 'provider', cause: error },
        )
      const { status, headers, body } = error
      const { type, message } = fieldsOf(fieldsOf(body).error)
      const sentence = connection.quote(message)
      const said = sentence === null ? '' : ` Recurly says: "${sentence}"`
      const retryAfter = http.retryAfterMs(headers)
      const wait = retryAfter === undefined ? {} : { retryAfter }
      if (status === 401)
        return new SyncError('reject', 'key_not_accepted', `recurly: the API key is not accepted (401).${said}`, {
          scope: 'account',
        })
      if (status === 429)
        return new SyncError('retry', 'rate_limited', `recurly: too many requests (429).${said}`, {
          scope: 'account',
          limit: { scope: 'account', kind: 'rate' },
          ...wait,
        })
      if (status >= 500)
        return new SyncError('retry', 'provider_unavailable', `recurly: Recurly failed (${status}).${said}`, {
          scope: 'provider',
          ...wait,
        })
      if (status === 404) return new SyncError('reject', 'not_found', `recurly: not found.${said}`, { scope: 'object' })
      if (type === 'invalid_cursor')
        return new SyncError('reject', 'cursor_gone', `recurly: the cursor of a page is over.${said}`, { scope: 'page' })
      const code = status === 403 ? 'permission_denied' : 'provider_refused'
      return new SyncError('reject', code, `recurly: Recurly refused the request (${status}).${said}`, {
        scope: 'resource',
      })
    },
  })
}

function firstPage(path: string, { window, by, limit }: Query): string {
  const { from = 0, to = null } = window ?? {}
  const parameters = new URLSearchParams({ limit: String(limit), order: 'desc' })
  parameters.set('sort', by === 'updated' ? 'updated_at' : 'created_at')
  if (from > 0) parameters.set('begin_time', new Date(from * 1_000).toISOString())
  // The end is included: the last moment before the next window.
  if (to !== null) parameters.set('end_time', new Date(to * 1_000 - 1).toISOString())
  return `${path}?${parameters}`
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

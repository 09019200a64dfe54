import { createServer, type ServerResponse } from 'node:http'

/** An object as it goes over the wire. */
export interface WireItem {
  readonly bytes: Buffer
  /** What the server knows it by; null for what has no id that a cursor could name. */
  readonly id: string | null
  /** Unix seconds: by what it is listed and filtered, whatever it says itself. */
  readonly listedAt: number
}

/** A Stripe-shaped server whose objects are bytes, and may be anything. */
export interface ItemServer {
  readonly url: string
  /** What the lists hold from now on, newest first, by their paths. All others are empty. */
  serve(lists: ReadonlyMap<string, readonly WireItem[]>): void
  /** Items sent so far, by the path of their list. */
  readonly sent: Map<string, number>
  close(): Promise<void>
}

export async function openItemServer(): Promise<ItemServer> {
  const ends = new Map<string, WireItem>()
  let lists: ReadonlyMap<string, readonly WireItem[]> = new Map()
  const sent = new Map<string, number>()
  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    const url = new URL(request.url ?? '/', 'http://server')
    if (url.pathname === '/v1/account')
      return answer(response, `{"id":"acct_1","object":"account","created":1500000000}`)
    const path = `/${url.pathname.split('/').slice(1, 3).join('/')}`
    const list = lists.get(path) ?? []
    const id = url.pathname.split('/')[3]
    if (id !== undefined) {
      const item = list.find((item) => item.id === decodeURIComponent(id))
      return item ? answer(response, item.bytes) : missing(response, 404, 'id')
    }
    const page = pageOf(path, list, { query: url.searchParams, ends })
    if (!page) return missing(response, 400, 'starting_after')
    sent.set(path, (sent.get(path) ?? 0) + page.items.length)
    const bytes = page.items.flatMap((item, at) => (at === 0 ? [item.bytes] : [comma, item.bytes]))
    const head = Buffer.from(`{"object":"list","url":"${path}","has_more":${page.more},"data":[`)
    answer(response, Buffer.concat([head, ...bytes, Buffer.from(']}')]))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('item server: no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    serve(given) {
      lists = given
    },
    sent,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

const comma = Buffer.from(',')

interface Asked {
  readonly query: URLSearchParams
  /** Where a page ended, by its list, its window and the id it ended with: what a cursor means, also of an object listed twice. */
  readonly ends: Map<string, WireItem>
}

function pageOf(path: string, list: readonly WireItem[], { query, ends }: Asked) {
  // Prices have a list of those that are not active besides: here it is empty.
  if (query.get('active') === 'false') return { items: [], more: false }
  const from = Number(query.get('created[gte]') ?? query.get('date[gte]') ?? 0)
  const before = Number(query.get('created[lt]') ?? query.get('date[lt]') ?? Number.POSITIVE_INFINITY)
  const after = query.get('starting_after')
  const inWindow = list.filter(({ listedAt }) => listedAt >= from && listedAt < before)
  const place = (id: string) => `${path} ${from} ${before} ${id}`
  const ended = after === null ? undefined : ends.get(place(after))
  if (after !== null && !ended) return null
  const start = ended ? inWindow.indexOf(ended) + 1 : 0
  const most = start + Number(query.get('limit') ?? 10)
  // A page ends earlier if its last object also ends another page, because the worker rejects a list that repeats a cursor.
  const lastOf = (end: number) => inWindow.slice(start, end).findLast(({ id }) => id !== null)
  const taken = (item: WireItem | undefined) => item?.id != null && (ends.get(place(item.id)) ?? item) !== item
  let end = most
  while (end > start + 1 && taken(lastOf(end))) end--
  const last = lastOf(end)
  if (last?.id != null) ends.set(place(last.id), last)
  return { items: inWindow.slice(start, end), more: inWindow.length > end }
}

function answer(response: ServerResponse, body: Buffer | string, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body)
}

function missing(response: ServerResponse, status: number, param: string): void {
  const error = { type: 'invalid_request_error', code: 'resource_missing', message: 'No such object', param }
  answer(response, JSON.stringify({ error }), status)
}

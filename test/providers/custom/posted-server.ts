import { fields } from '../../../src/provider/fields.ts'
import {
  type Fields,
  type ListRequest,
  newestFirst,
  openListServer,
  pageAt,
  timeOf,
} from '../../../src/sandbox/custom/list-server.ts'

/*
 * An API as many search their lists: POST requests with a body, and tokens for a client's id and secret.
 */

export const clientId = 'client_0123456789'
export const clientSecret = 'secretsecret0123456789'

/** What requests for tokens must have, and a token of the present generation. */
const minted = (generation: number) => `minted_token_of_generation_${generation}_`

/** The manifest of this API. */
export const postedManifest = (url: string) => ({
  name: 'posted',
  baseUrl: `${url}/v1`,
  auth: { type: 'clientCredentials', url: `${url}/oauth/token`, parameters: { scope: 'read' } },
  identity: { path: '/me', account: '/id' },
  limits: { requestsPerSecond: 1_000 },
  errors: { message: '/message', rules: [{ status: [409], at: '/code', is: ['old_cursor'], code: 'cursor_gone' }] },
  defaults: {
    items: '/found',
    body: { sort: { by: 'created', order: 'desc' } },
    paging: { type: 'cursor', parameter: '/page/cursor', next: '/next' },
    pageSize: { parameter: '/page/limit', most: 50 },
  },
  resources: [
    {
      name: 'orders',
      path: '/orders/search',
      retrieve: { path: '/orders/{id}' },
      created: {
        at: '/created_at',
        order: 'newest first',
        parameters: { '/query/created/from': '{from}', '/query/created/to': '{to}' },
      },
      updated: {
        at: '/changed',
        read: 'unixSeconds',
        format: 'unixSeconds',
        order: 'newest first',
        parameters: { '/query/changed/0': '{from}', '/query/changed/1': '{to-1}', '/sort/by': 'changed' },
      },
      owner: null,
      nested: [
        {
          name: 'lines',
          path: '/lines/search',
          parameters: { '/query/order': '{id}' },
          owner: { about: ['parent_id'] },
        },
      ],
    },
  ],
})

export async function openPosted() {
  let generation = 1
  let age = 0
  let emptyPages = 0
  let tokens = 0
  const server = await openListServer(answer, {
    now: 1_790_000_000,
    isForTokens: (path) => path === '/oauth/token',
    refusals: {
      'the key is refused': { status: 401, body: { message: `no ${minted(generation)}` } },
      'the key may not read this': { status: 403, body: {} },
      'too many requests': { status: 429, body: {}, headers: { 'retry-after': '3' } },
      'the provider fails': { status: 503, body: {} },
      'the answer is JSON of another shape': { body: [7] },
    },
  })
  const orders = new Map<string, Fields>(
    Array.from({ length: 120 }, (_, at) => {
      const created = server.now() - 3_600 * (120 - at)
      return [
        `order_${at}`,
        { id: `order_${at}`, created_at: new Date(created * 1_000).toISOString(), changed: created, note: null },
      ]
    }),
  )
  const linesOf = (order: string) =>
    Array.from({ length: order === 'order_7' ? 63 : 2 }, (_, at) => ({ id: `${order}_line_${at}` }))

  function answer({ path, headers, text }: ListRequest) {
    if (path === '/oauth/token') return token(String(headers.authorization), text)
    if (headers.authorization !== `Bearer ${minted(generation)}`) return { status: 401, body: { message: 'over' } }
    if (path === '/v1/me') return { body: { id: 'acct_1' } }
    if (text === '') return byId(path.split('/').at(-1) ?? '')
    const body = fields(JSON.parse(text))
    if (path === '/v1/lines/search') return pageOf(linesOf(String(fields(body.query).order)), body)
    return path === '/v1/orders/search' ? pageOf(search(body), body) : { status: 404, body: {} }
  }

  function token(authorization: string, text: string) {
    const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
    const isRight = authorization === `Basic ${pair}` && text === 'grant_type=client_credentials&scope=read'
    if (!isRight) return { status: 401, body: { error: 'invalid_client', error_description: `no ${authorization}` } }
    tokens++
    return { body: { access_token: minted(generation), token_type: 'Bearer', expires_in: 600 } }
  }

  function byId(id: string) {
    const order = orders.get(id)
    return order ? { body: order } : { status: 404, body: {} }
  }

  function search({ query, sort }: Fields): readonly Fields[] {
    const { created, changed } = fields(query)
    const { from, to } = fields(created)
    const [since = 0, until = Number.POSITIVE_INFINITY] = (changed ?? []) as readonly number[]
    // Numbers, as the API wants them.
    if (typeof since !== 'number' || typeof until !== 'number') return []
    const isFound = (order: Fields) =>
      (from === undefined || timeOf(order.created_at) >= timeOf(from)) &&
      (to === undefined || timeOf(order.created_at) < timeOf(to)) &&
      timeOf(order.changed) >= since &&
      timeOf(order.changed) <= until
    return newestFirst([...orders.values()].filter(isFound), fields(sort).by === 'changed' ? 'changed' : 'created_at')
  }

  function pageOf(all: readonly Fields[], { page }: Fields) {
    const { cursor, limit } = fields(page)
    const [place = 0, cursorAge = age] = cursor === undefined ? [] : String(cursor).split('_').map(Number)
    if (cursorAge < age) return { status: 409, body: { code: 'old_cursor', message: 'The cursor is over.' } }
    if (typeof limit !== 'number') return { status: 422, body: { message: 'limit is a number' } }
    if (emptyPages > 0) {
      emptyPages--
      return { body: { found: [], next: `${place}_${age}` } }
    }
    const { page: items, next } = pageAt(all, place, limit)
    return { body: { found: items, next: next === null ? null : `${next}_${age}` } }
  }

  return {
    ...server,
    tokens: () => tokens,
    expected: () => [...orders.values()],
    linesOf,
    remove: (id: string) => void orders.delete(id),
    update(id: string) {
      server.advance(60)
      const order = orders.get(id)
      if (order) orders.set(id, { ...order, changed: server.now() })
    },
    /** Tokens that were made so far are over. */
    expireToken: () => void generation++,
    expireCursors: () => void age++,
    emptyPage() {
      emptyPages = 1
      return () => {
        emptyPages = 0
      }
    },
  }
}

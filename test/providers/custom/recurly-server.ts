import {
  type Fields,
  type ListRequest,
  newestFirst,
  openListServer,
  pageAt,
  timeOf,
} from '../../../src/sandbox/custom/list-server.ts'

export const recurlyToken = 'rEcsecretsecret0123456789abcdef'

export type RecurlyList = 'accounts' | 'invoices'

const error = (status: number, type: string) => ({
  status,
  body: { error: { type, message: `Recurly says no to ${recurlyToken}` } },
})
const iso = (second: number) => new Date(second * 1_000).toISOString().replace('.000', '')

/**
 * A server with lists as Recurly has them: links to the next page, filters of one time at once, decimal amounts, lists in
 * objects that go on by a link. It is written from Recurly's documentation of its lists, and it is no sandbox of Recurly.
 */
export async function openRecurly(size = 260) {
  const server = await openListServer(answer, {
    refusals: {
      'the key is refused': error(401, 'unauthorized'),
      'the key may not read this': error(403, 'forbidden'),
      'too many requests': { ...error(429, 'rate_limited'), headers: { 'retry-after': '7' } },
      'the provider fails': error(500, 'internal_server_error'),
      'the answer is JSON of another shape': { body: { object: 'nothing' } },
    },
  })
  const objects: Readonly<Record<RecurlyList, Map<string, Fields>>> = { accounts: new Map(), invoices: new Map() }
  const lines = new Map<string, readonly Fields[]>()
  /** How often cursors have been expired. A cursor of before then is refused. */
  let oldestCursor = 0
  for (let at = 0; at < size; at++) {
    const times = {
      created_at: iso(server.now() - 90_000 * at - 5_000),
      updated_at: iso(server.now() - 90_000 * at - 5_000),
    }
    objects.accounts.set(`acc_${at}`, {
      ...times,
      id: `acc_${at}`,
      object: 'account',
      email: `person${at}@example.com`,
      first_name: 'Pat',
      last_name: `No ${at}`,
      address: { country: 'DE' },
    })
    lines.set(
      `inv_${at}`,
      Array.from({ length: at % 20 === 0 ? 25 : 2 }, (_, line) => ({
        ...times,
        id: `line_${at}_${line}`,
        description: 'A line',
        type: 'charge',
        currency: 'EUR',
        subtotal: 10.15,
        tax: 1.93,
        quantity: 1,
      })),
    )
    objects.invoices.set(`inv_${at}`, {
      ...times,
      id: `inv_${at}`,
      object: 'invoice',
      number: String(1_000 + at),
      account: { id: `acc_${at}` },
      state: 'paid',
      currency: at % 7 === 0 ? 'JPY' : 'EUR',
      total: at % 7 === 0 ? 1_190 : 11.9,
    })
  }

  /** An invoice has its first lines, and a link to the rest. */
  const whole = (object: Fields): Fields => {
    const all = lines.get(String(object.id))
    if (!all) return object
    const hasMore = all.length > 20
    const next = hasMore ? `/invoices/${object.id}/line_items?cursor=20,${oldestCursor}&limit=20` : null
    return { ...object, line_items: { object: 'list', has_more: hasMore, next, data: all.slice(0, 20) } }
  }

  function answer({ path, parameters, headers }: ListRequest) {
    const [list = '', id, inner] = path.slice(1).split('/')
    if (headers.authorization !== `Basic ${Buffer.from(`${recurlyToken}:`).toString('base64')}`)
      return error(401, 'unauthorized')
    if (list === 'sites')
      return {
        body: { object: 'list', data: [{ id: 'site_1', subdomain: 'acme', created_at: '2015-01-01T00:00:00Z' }] },
      }
    const all = list === 'accounts' || list === 'invoices' ? objects[list] : undefined
    if (!all) return error(404, 'not_found')
    const object = id === undefined ? undefined : all.get(id)
    if (id !== undefined && !object) return error(404, 'not_found')
    if (inner === 'line_items') return listed(lines.get(id ?? '') ?? [], path, parameters)
    if (object) return { body: whole(object) }
    const sort = parameters.get('sort') ?? 'created_at'
    const [begin, end] = [parameters.get('begin_time'), parameters.get('end_time')]
    const within = [...all.values()].filter(
      (invoice) =>
        (begin === null || timeOf(invoice[sort]) >= timeOf(begin)) &&
        (end === null || timeOf(invoice[sort]) <= timeOf(end)),
    )
    return listed(newestFirst(within, sort).map(whole), path, parameters)
  }

  function listed(all: readonly Fields[], path: string, parameters: URLSearchParams) {
    const [offset = 0, age = 0] = (parameters.get('cursor') ?? `0,${oldestCursor}`).split(',').map(Number)
    if (age < oldestCursor) return error(400, 'invalid_cursor')
    const { page, next } = pageAt(all, offset, Number(parameters.get('limit') ?? 20))
    const link = new URLSearchParams(parameters)
    link.set('cursor', `${next},${oldestCursor}`)
    return {
      body: { object: 'list', has_more: next !== null, next: next === null ? null : `${path}?${link}`, data: page },
    }
  }

  return {
    ...server,
    /** What a complete copy holds. */
    expected: (list: RecurlyList) => [...objects[list].values()].map(whole),
    lines: () => [...lines.values()].flat(),
    /** The next page of a list is empty, with a link that goes on from where it stands. */
    emptyPage: () =>
      server.answerOnce(({ path, parameters }) => {
        if (path !== '/accounts' && path !== '/invoices') return undefined
        const link = new URLSearchParams(parameters)
        link.set('cursor', parameters.get('cursor') ?? `0,${oldestCursor}`)
        return { body: { object: 'list', has_more: true, next: `${path}?${link}`, data: [] } }
      }),
    /** Cursors that were handed out so far are refused. */
    expireCursors: () => {
      oldestCursor++
    },
    linesOf: (invoice: string) => (lines.get(invoice) ?? []).map(({ id }) => String(id)),
    insert: (list: RecurlyList, object: Fields) =>
      void objects[list].set(String(object.id), {
        created_at: iso(server.now()),
        updated_at: iso(server.now()),
        ...object,
      }),
    update: (list: RecurlyList, id: string, change: Fields) =>
      void objects[list].set(id, { ...objects[list].get(id), updated_at: iso(server.now()), ...change }),
    remove: (list: RecurlyList, id: string) => void objects[list].delete(id),
  }
}

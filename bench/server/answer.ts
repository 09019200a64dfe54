import { randomUUID } from 'node:crypto'
import type { LimitReason } from './buckets.ts'
import type { Collection, Page } from './collection.ts'
import { fiveYears } from './density.ts'

export interface Answer {
  readonly status: number
  readonly body: Buffer | string
  readonly items: number
  /** Creation second of a page's last item. */
  readonly oldest?: number | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** The endpoint a path belongs to, ids aside: what Stripe counts a limit by. */
export function endpointOf(path: string): string {
  const [, version, resource, id] = path.split('/')
  return id === undefined ? `/${version}/${resource}` : `/${version}/${resource}/:id`
}

/** A GET of the API, answered from the account. Lists that the account does not have are empty. */
export function answer(url: URL, collections: ReadonlyMap<string, Collection>, until: number): Answer {
  const { pathname: path, searchParams: query } = url
  if (path === '/v1/account' || path === '/v1/accounts') return { status: 200, body: account(until), items: 0 }
  const list = collections.get(path)
  if (list) return listed(path, list.page(pageQuery(query)), query)
  const parent = collections.get(path.split('/').slice(0, 3).join('/'))
  const item = parent?.item(path.split('/')[3] ?? '')
  if (item) return { status: 200, body: item, items: 1 }
  if (parent) return failed(404, { code: 'resource_missing', message: 'No such object', param: 'id' })
  return { status: 200, body: `{"object":"list","url":"${path}","has_more":false,"data":[]}`, items: 0 }
}

export function rateLimited(reason: LimitReason): Answer {
  const error = { code: 'rate_limit', message: 'Request rate limit exceeded.' }
  return { ...failed(429, error), headers: { 'stripe-rate-limited-reason': reason } }
}

function pageQuery(query: URLSearchParams) {
  const bound = (name: string, step: number) => {
    const value = query.get(`created[${name}]`)
    return value === null ? undefined : Number(value) + step
  }
  return {
    limit: Math.min(100, Math.max(1, Number(query.get('limit') ?? 10))),
    from: bound('gte', 0) ?? bound('gt', 1) ?? 0,
    to: bound('lte', 0) ?? bound('lt', -1) ?? Number.MAX_SAFE_INTEGER,
    after: query.get('starting_after'),
  }
}

function listed(path: string, page: Page | null, query: URLSearchParams): Answer {
  if (!page) {
    const cursor = query.get('starting_after')
    return failed(400, { code: 'resource_missing', message: `No such object: '${cursor}'`, param: 'starting_after' })
  }
  const head = `{"object":"list","url":"${path}","has_more":${page.more},"data":[`
  return {
    status: 200,
    body: Buffer.concat([Buffer.from(head), page.items, closing]),
    items: page.count,
    oldest: page.oldest,
  }
}

const closing = Buffer.from(']}')

function failed(status: number, error: Readonly<Record<string, string>>): Answer {
  return { status, items: 0, body: JSON.stringify({ error: { type: 'invalid_request_error', ...error } }) }
}

const account = (until: number) =>
  JSON.stringify({
    id: 'acct_bench0000000001',
    object: 'account',
    created: until - fiveYears,
    business_profile: { name: 'Bench' },
    country: 'DE',
    default_currency: 'eur',
    email: 'bench@example.com',
    charges_enabled: true,
    payouts_enabled: true,
    details_submitted: true,
    settings: { dashboard: { display_name: 'Bench', timezone: 'Etc/UTC' } },
    type: 'standard',
  })

export const requestId = () => `req_${randomUUID().replaceAll('-', '').slice(0, 14)}`

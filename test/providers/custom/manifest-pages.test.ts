import { describe, expect, it, onTestFinished } from 'vitest'
import { openListServer } from '../../../src/sandbox/custom/list-server.ts'
import { expectNoSecret } from '../../contracts/exercise-provider.ts'
import { providerOf } from './example-manifest.ts'
import { accessToken, never, resource, tenantId } from './small-manifest.ts'

/** Pages of a list that a server answers. */
async function read(list: object, answer: Parameters<typeof openListServer>[0], over: object = {}) {
  const server = await openListServer(answer, { now: 1_790_000_000 })
  onTestFinished(server.close)
  const manifest = { ...resource(list), baseUrl: `${server.url}/v1`, ...over }
  const account = providerOf(JSON.stringify(manifest)).connect({ tenantId, accessToken })
  onTestFinished(() => account.close())
  const source = account.sources[0]!
  const pages: string[][] = []
  for (let cursor: string | null = null; ; ) {
    const page = await source.list({ cursor, limit: 2 }, never)
    pages.push(page.items.map(({ id }) => String(id)))
    cursor = page.next
    if (cursor === null || pages.length > 9) break
  }
  return { pages, requests: server.requests, source }
}

const data = [{ id: 1 }, { id: 2 }, { id: 3 }]
const slice = (from: number) => data.slice(from, from + 2)

describe('pages of a manifest', () => {
  it('by cursor end without one, or where the answer says so', async () => {
    const paging = { type: 'cursor', next: '/meta/next', parameter: 'after', more: '/more' }
    const { pages, requests } = await read({ paging, pageSize: { parameter: 'limit' } }, ({ parameters }) => {
      const from = Number(parameters.get('after') ?? 0)
      return { body: { data: slice(from), meta: { next: from + 2 }, more: from === 0 } }
    })
    expect(pages).toEqual([['1', '2'], ['3']])
    expect(requests).toEqual(['/v1/customers?limit=2', '/v1/customers?limit=2&after=2'])
  })

  it('after the last item go on with its field', async () => {
    const paging = { type: 'cursor', last: '/id', parameter: 'starting_after', more: '/has_more', alone: true }
    const parameters = { status: 'all' }
    const { pages, requests } = await read({ paging, parameters }, ({ parameters }) => {
      const from = Number(parameters.get('starting_after') ?? 0)
      return { body: { data: slice(from), has_more: from === 0 } }
    })
    expect(pages).toEqual([['1', '2'], ['3']])
    expect(requests).toEqual(['/v1/customers?status=all', '/v1/customers?starting_after=2'])
  })

  it('by number end at the number that the answer states, else with an empty page', async () => {
    const answer = (more: object) => (request: { parameters: URLSearchParams }) => ({
      body: { data: slice((Number(request.parameters.get('page')) - 1) * 2), ...more },
    })
    const stated = await read({ paging: { type: 'page', parameter: 'page', pages: '/pages' } }, answer({ pages: 2 }))
    expect(stated.pages).toEqual([['1', '2'], ['3']])
    const silent = await read({ paging: { type: 'page', parameter: 'page' } }, answer({}))
    expect(silent.pages).toEqual([['1', '2'], ['3'], []])
  })

  it('by number end where the answer has no next page, and go on where it says nothing of it', async () => {
    const paging = { type: 'page', parameter: 'page', more: '/meta/next_page' }
    const { pages } = await read({ paging }, ({ parameters }) => {
      const page = Number(parameters.get('page'))
      return { body: { data: slice((page - 1) * 2), meta: { next_page: page < 2 ? page + 1 : null } } }
    })
    expect(pages).toEqual([['1', '2'], ['3']])
    const silent = await read({ paging }, ({ parameters }) => ({
      body: { data: slice((Number(parameters.get('page')) - 1) * 2), meta: {} },
    }))
    expect(silent.pages).toEqual([['1', '2'], ['3'], []])
  })

  it('by number have the total that the answer states, so that the core notices a list that shifts', async () => {
    const paging = { type: 'page', parameter: 'page', pages: '/pages', total: '/count' }
    const { source } = await read({ paging }, () => ({ body: { data: slice(0), pages: 1, count: 77 } }))
    expect(await source.list({ cursor: null, limit: 2 }, never)).toMatchObject({ total: 77 })
  })

  it('by offset go on behind the items read', async () => {
    const { pages, requests } = await read({ paging: { type: 'offset', parameter: 'skip' } }, ({ parameters }) => ({
      body: { data: slice(Number(parameters.get('skip') ?? 0)) },
    }))
    expect(pages).toEqual([['1', '2'], ['3'], []])
    expect(requests.at(-1)).toBe('/v1/customers?skip=3')
  })

  it('by link follow it in the answer or in the header', async () => {
    const inBody = await read({ paging: { type: 'link', next: '/next' } }, ({ url, parameters }) => {
      const from = Number(parameters.get('from') ?? 0)
      return { body: { data: slice(from), next: from === 0 ? `${url.origin}/v1/customers?from=2` : null } }
    })
    expect(inBody.pages).toEqual([['1', '2'], ['3']])
    const inHeader = await read({ items: '', paging: { type: 'link' } }, ({ parameters }) => {
      const from = Number(parameters.get('from') ?? 0)
      const link = '</v1/customers?from=0>; rel="first", </v1/customers?from=2>; rel="next"'
      return { body: slice(from), ...(from === 0 && { headers: { link } }) }
    })
    expect(inHeader.pages).toEqual([['1', '2'], ['3']])
  })

  it.each([
    ['</v1/customers?from=0>; rel=prev; title="; rel=next", </v1/customers?from=2>; rel="last next"', 2],
    ['</v1/customers?from=0>; rel=next-archive, </v1/customers?from=2>;title="<a>, \\"b\\"";REL = next', 2],
    ['</v1/customers?from=2>; rel="prev"; rel="next"', 1],
    ['</v1/customers?from=2>; rel="nextpage"', 1],
  ])('by the header %s follow RFC 8288', async (link, count) => {
    const { pages } = await read({ items: '', paging: { type: 'link' } }, ({ parameters }) => {
      const from = Number(parameters.get('from') ?? 0)
      return { body: slice(from), ...(from === 0 && { headers: { link } }) }
    })
    expect(pages).toHaveLength(count)
  })

  it('by link never leave the host, which would get the token', async () => {
    const next = 'http://127.0.0.1:9/v1/customers'
    const reading = read({ paging: { type: 'link', next: '/next' } }, () => ({ body: { data: slice(0), next } }))
    await expect(reading).rejects.toMatchObject({
      code: 'provider_response',
      message: expect.stringContaining('another host'),
    })
  })
})

describe('a window of a manifest', () => {
  const window = { from: 1_700_000_000, to: 1_700_086_400 }
  const requested = async (created: object, query: { from: number; to: number | null } = window) => {
    const { source, requests } = await read(
      { created: { at: '/created_at', ...created } },
      () => ({ body: { data: [] } }),
      {
        began: '2020-01-01',
      },
    )
    await source.list({ cursor: null, limit: 2, window: query }, never)
    return Object.fromEntries(new URL(requests.at(-1) ?? '', 'http://x').searchParams)
  }

  it('is written in the format of the API, its last moment to the millisecond', async () => {
    const parameters = { since: '{from}', until: '{to-1}', before: '{to}', after: '{from-1}' }
    expect(await requested({ parameters })).toEqual({
      since: '2023-11-14T22:13:20.000Z',
      until: '2023-11-15T22:13:19.999Z',
      before: '2023-11-15T22:13:20.000Z',
      after: '2023-11-14T22:13:19.000Z',
    })
    expect(await requested({ parameters, format: 'unixSeconds' })).toMatchObject({
      since: '1700000000',
      until: '1700086399',
    })
    expect(await requested({ parameters, format: 'unixMilliseconds' })).toMatchObject({ until: '1700086399999' })
    const days = { since: '{from}', until: '{to+86400}' }
    expect(await requested({ parameters: days, format: 'date' })).toEqual({ since: '2023-11-14', until: '2023-11-16' })
  })

  it('without an end has no parameter of it, or the parameters that are said for that', async () => {
    const parameters = { 'at[between]': '[{from},{to-1}]', sort: 'desc' }
    const open = { from: 1_700_000_000, to: null }
    expect(await requested({ parameters, format: 'unixSeconds' }, open)).toEqual({ sort: 'desc' })
    const parametersWithoutEnd = { 'at[after]': '{from-1}' }
    expect(await requested({ parameters, parametersWithoutEnd, format: 'unixSeconds' }, open)).toEqual({
      'at[after]': '1699999999',
    })
  })

  it('begins where the accounts do', async () => {
    const parameters = { since: '{from}' }
    expect(await requested({ parameters }, { from: 0, to: null })).toEqual({ since: '2020-01-01T00:00:00.000Z' })
  })
})

describe('a refusal', () => {
  const refused = (over: object, status: number, body: unknown) =>
    read({}, () => ({ status, body }), over).then(
      () => undefined,
      (error: unknown) => error,
    )

  it('has the verdict and scope of its status', async () => {
    const expected = {
      401: { code: 'key_not_accepted', verdict: 'reject', scope: 'account' },
      403: { code: 'permission_denied', verdict: 'reject', scope: 'resource' },
      404: { code: 'not_found', verdict: 'reject', scope: 'object' },
      408: { code: 'provider_unavailable', verdict: 'retry', scope: 'provider' },
      409: { code: 'provider_busy', verdict: 'retry', scope: 'object' },
      422: { code: 'provider_refused', verdict: 'reject', scope: 'resource' },
      429: { code: 'rate_limited', verdict: 'retry', scope: 'account' },
      502: { code: 'provider_unavailable', verdict: 'retry', scope: 'provider' },
    }
    for (const [status, error] of Object.entries(expected))
      expect(await refused({}, Number(status), {})).toMatchObject(error)
  })

  it('is told apart by a field of the answer, also in an answer with the status 200', async () => {
    const errors = {
      message: '/error/text',
      rules: [
        { status: [400], at: '/error/code', is: ['bad_cursor'], code: 'cursor_gone' },
        { status: [200], at: '/errors', code: 'provider_unavailable', scope: 'page' },
      ],
    }
    const error = await refused({ errors }, 400, {
      error: { code: 'bad_cursor', text: `no ${accessToken} for a@b.com` },
    })
    expect(error).toMatchObject({
      code: 'cursor_gone',
      scope: 'page',
      message: expect.stringContaining('The API says: "no [secret] for [address]"'),
    })
    expectNoSecret(error, [accessToken])
    expect(await refused({ errors }, 400, { error: { code: 'other' } })).toMatchObject({ code: 'provider_refused' })
    expect(await refused({ errors }, 200, { data: [], errors: [{}] })).toMatchObject({
      scope: 'page',
      verdict: 'retry',
    })
    expect(await refused({ errors }, 200, { data: [], errors: [] })).toBeUndefined()
  })
})

it('the error of a host that the worker cannot reach names the host', async () => {
  const server = await openListServer(() => ({ body: { data: [] } }), { now: 1_790_000_000 })
  await server.close()
  const manifest = { ...resource({}), baseUrl: `${server.url}/v1` }
  const account = providerOf(JSON.stringify(manifest)).connect({ tenantId, accessToken })
  onTestFinished(() => account.close())
  await expect(account.sources[0]?.list({ cursor: null, limit: 2 }, never)).rejects.toMatchObject({
    code: 'provider_unreachable',
    message: `acme: the worker cannot reach ${new URL(server.url).host} (ECONNREFUSED). If it goes on, check the network of the worker, and baseUrl and auth.url of the manifest.`,
  })
})

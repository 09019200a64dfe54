import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import { openCustomProviders } from '../../../src/providers/index.ts'
import { openListServer } from '../../../src/sandbox/custom/list-server.ts'
import { expectNoSecret } from '../../contracts/exercise-provider.ts'
import { providerOf, temporaryFile } from './example-manifest.ts'

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const accessToken = 'tok_secretsecret0123456789'
const never = new AbortController().signal

/** The smallest manifest. */
const small = {
  name: 'acme',
  baseUrl: 'https://api.example.com/v1',
  auth: { type: 'bearer' },
  identity: { path: '/me', account: '/id' },
  resources: [{ name: 'customers', table: 'customers', path: '/customers', items: '/data' }],
}
const resource = (over: object) => ({ ...small, resources: [{ ...small.resources[0], ...over }] })
const row = (columns: object, item: object, over: object = {}) => {
  const { resources } = providerOf(JSON.stringify({ ...resource({ owner: null, columns, ...over }) }))
  return resources[0]?.row(Item.of({ id: 'a', ...item }))
}

/** The sentence with which a manifest is refused. */
const refusal = (manifest: object) => {
  try {
    providerOf(JSON.stringify(manifest))
  } catch (error) {
    return error instanceof Error ? error.message : error
  }
  return undefined
}

describe('a manifest is refused, with its file, the place and what to do, if', () => {
  const cases: Readonly<Record<string, readonly [manifest: object, sentence: RegExp]>> = {
    'a field is misspelt': [
      resource({ pagging: 1 }),
      /example\.json: \/resources\/0 has fields that are not known: "pagging"/,
    ],
    'a field is missing': [{ ...small, auth: undefined }, /: \/auth .*(missing|must)/],
    'a table is not known': [
      resource({ table: 'custommers' }),
      /: \/resources\/0\/table must be "balance_transactions" or /,
    ],
    'a column is not known': [
      resource({ columns: { mail: '/email' } }),
      /: \/resources\/0\/columns\/mail "mail" is no column of customers\. Use email, /,
    ],
    'a reader does not fit its column': [
      resource({ columns: { email: { at: '/email', read: 'integer' } } }),
      /: \/resources\/0\/columns\/email the reader integer cannot fill a column of the type text/,
    ],
    'a parameter is for a body that is not sent': [
      resource({ paging: { type: 'cursor', parameter: '/page/cursor', next: '/next' } }),
      /: \/resources\/0 puts "\/page\/cursor" into the body of a request, and has no body\. Add "body": \{\}/,
    ],
    'tokens are made at an address that is not public': [
      { ...small, auth: { type: 'clientCredentials', url: 'http://10.0.0.1/token' } },
      /: \/auth\/url must be the https:\/\/ address of a public host/,
    ],
    'a reader is not known': [
      resource({ columns: { created_at: { at: '/since', read: 'datetime' } } }),
      /: \/resources\/0\/columns\/created_at fits no form: \/read must be "text" or "id" or .*"dateTime"/,
    ],
    'a pointer is none': [resource({ items: 'data' }), /: \/resources\/0\/items must be a JSON pointer/],
    'the owner is not said': [resource({ table: 'invoices' }), /: \/resources\/0\/owner is missing: say where/],
    'the address is not public': [
      { ...small, baseUrl: 'https://10.0.0.1/v1' },
      /: \/baseUrl must be the https:\/\/ address/,
    ],
    'the address is not https': [{ ...small, baseUrl: 'http://api.example.com' }, /: \/baseUrl must be the https/],
    'a window does not name its begin': [
      resource({ created: { at: '/created', parameters: { sort: 'asc' } } }),
      /: \/resources\/0\/created\/parameters must name the begin/,
    ],
    'a window names a place that is not known': [
      resource({ created: { at: '/created', parameters: { since: '{from}', until: '{until}' } } }),
      /: \/resources\/0\/created\/parameters\/until may have the places/,
    ],
    'windows have a longest length and no end': [
      resource({ created: { at: '/created', parameters: { since: '{from}' }, maxDays: 31 } }),
      /: \/resources\/0\/created\/maxDays needs historyDays too/,
    ],
    'two lists have one name': [
      { ...small, resources: [small.resources[0], small.resources[0]] },
      /: \/resources\/1\/name "customers" is the name of another list/,
    ],
    'a state is not known': [
      { ...small, states: { invoice: { due: 'unpaid' } } },
      /: \/states\/invoice\/due must be one of draft, /,
    ],
    'a kind of states is not known': [
      { ...small, states: { bill: {} } },
      /: \/states\/bill must be one of subscription, /,
    ],
    'one object cannot be named': [
      resource({ retrieve: { path: '/customers' } }),
      /: \/resources\/0\/retrieve\/path must have \{id\}/,
    ],
    'a nested list has no place': [
      resource({ nested: [{ name: 'contacts', owner: null }] }),
      /: \/resources\/0\/nested\/0 needs embedded, or a path/,
    ],
    'paging has no known type': [
      resource({ paging: { type: 'token' } }),
      /: \/resources\/0\/paging\/type must be a type/,
    ],
  }
  it.each(Object.entries(cases))('%s', (_, [manifest, sentence]) => {
    expect(refusal(manifest)).toMatch(sentence)
    expect(refusal(manifest)).toContain('docs/custom-providers.md')
  })

  const secret = 'q8Zk2Lw0xV7tR4nB1mY6'
  it.each([
    { ...small, auth: { type: 'bearer', token: secret } },
    { ...small, auth: { type: 'basic', username: '{accessToken}', password: secret } },
    { ...small, auth: { type: 'basic', username: '' } },
    { ...small, auth: { type: 'header', name: 'X-Key', value: secret } },
    { ...small, auth: { type: 'header', name: 'X-Key', value: `${secret}{accessToken}` } },
    { ...small, headers: { Authorization: 'Bearer x' } },
    { ...small, headers: { 'X-Version': secret } },
    { ...small, headers: { 'X-Version': `sk_live_${secret}` } },
    resource({ parameters: { api_key: 'abc' } }),
    { ...small, defaults: { parameters: { sig: secret } } },
    resource({ body: { query: { keys: [secret] } } }),
    resource({ body: { query: { api_key: 'abc' } } }),
    resource({ nested: [{ name: 'contacts', path: '/{id}', owner: null, parameters: { sig: secret } }] }),
    { ...small, auth: { type: 'clientCredentials', url: 'https://a.example.com/token', clientSecret: secret } },
    {
      ...small,
      auth: { type: 'clientCredentials', url: 'https://a.example.com/token', parameters: { api_key: secret } },
    },
  ])('a secret stands in it (%#), which the sentence does not repeat', (manifest) => {
    const sentence = refusal(manifest)
    expect(sentence).toMatch(/never stands in a manifest/)
    expect(sentence).not.toContain(secret)
  })

  it('its name is that of a built-in or another custom provider', async () => {
    const named = (name: string) => temporaryFile(`${name}.json`, JSON.stringify({ ...small, name }))
    const open = (...manifests: string[]) => openCustomProviders({ manifests, modules: [] })
    for (const files of [[named('stripe')], [named('shopify')], [named('acme'), named('acme')]])
      await expect(open(...files)).rejects.toMatchObject({
        code: 'invalid_custom_provider',
        message: expect.stringContaining('Give the manifest or module another name'),
      })
    expect((await open(named('acme'))).map(({ name }) => name)).toEqual(['acme'])
  })

  it('its file is not there, or is not JSON', async () => {
    const open = (path: string) => openCustomProviders({ manifests: [path], modules: [] })
    await expect(open('none.json')).rejects.toMatchObject({ message: expect.stringContaining('Providers.Manifests') })
    const file = temporaryFile('broken.json', '{')
    await expect(open(file)).rejects.toMatchObject({ message: expect.stringMatching(/broken\.json: it is not JSON/) })
  })
})

describe('a column of a manifest', () => {
  it('is read by the reader of its type, and null if the field has another shape', () => {
    const columns = {
      customer_id: '/customer',
      total: '/total',
      paid_at: '/paid',
      currency: '/currency',
      metadata: '/meta',
    }
    const over = { table: 'invoices', owner: null }
    const item = { customer: 42, total: 1_190, paid: '2026-10-31T12:00:00+02:00', currency: 'EUR', meta: { a: 1 } }
    expect(row(columns, item, over)).toMatchObject({
      id: 'a',
      customerId: '42',
      total: 1_190,
      paidAt: new Date('2026-10-31T10:00:00Z'),
      currency: 'eur',
      metadata: { a: 1 },
      status: null,
      subscriptionId: null,
    })
    expect(row(columns, { total: 'x', paid: 'yesterday', currency: 7 }, over)).toMatchObject({
      customerId: null,
      total: null,
      paidAt: null,
      currency: null,
    })
  })

  it('has money without a float, whether the currency stands beside the amount or elsewhere', () => {
    const over = { table: 'invoices', owner: null }
    const money = (amount: string, currency: string) => ({ total: { money: { amount, currency } } })
    expect(row(money('/total', '/currency'), { total: 12.3, currency: 'EUR' }, over)).toMatchObject({ total: 1_230 })
    expect(row(money('/total', '/currency'), { total: '12', currency: 'JPY' }, over)).toMatchObject({ total: 12 })
    expect(row(money('/sum/value', '/sum/code'), { sum: { value: '1.005', code: 'BHD' } }, over)).toMatchObject({
      total: 1_005,
    })
    expect(row(money('/total', '/currency'), { total: '1.005', currency: 'EUR' }, over)).toMatchObject({ total: null })
  })

  it('has one of several places, a value of its own, or whether a field has one of some values', () => {
    const columns = {
      name: { at: ['/company', '/name'] },
      description: { value: 'imported' },
      delinquent: { at: '/state', is: ['late', 'lost'] },
      created_at: { at: '/since', read: 'date' },
    }
    expect(row(columns, { name: 'Pat', state: 'lost', since: '2026-10-31' })).toMatchObject({
      name: 'Pat',
      description: 'imported',
      delinquent: true,
      createdAt: new Date('2026-10-31T00:00:00Z'),
    })
    expect(row(columns, { company: 'Acme', name: 'Pat', state: 'good' })).toMatchObject({
      name: 'Acme',
      delinquent: false,
    })
  })

  it('with an odd name or a place in a list is read all the same', () => {
    const columns = { email: '/contact.info/e~1mail', name: '/people/0/name' }
    const item = { 'contact.info': { 'e/mail': 'a@example.com' }, people: [{ name: 'Pat' }] }
    expect(row(columns, item)).toMatchObject({ email: 'a@example.com', name: 'Pat' })
  })
})

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

it('a field of the token is one label of the host and cannot name another host', () => {
  const manifest = {
    ...small,
    baseUrl: 'https://{accessToken.site}.example.com/v1',
    auth: { type: 'bearer', token: '{accessToken.key}' },
  }
  const connect = (site: string) =>
    providerOf(JSON.stringify(manifest)).connect({ tenantId, accessToken: JSON.stringify({ site, key: accessToken }) })
  for (const site of ['evil.com/', 'evil.com#', 'a.b', '-a', 'a@b', '127.0.0.1'])
    expect(() => connect(site)).toThrow(expect.objectContaining({ code: 'bad_credentials' }))
  connect('acme').close()
})

it('every example is a manifest that the worker reads', () => {
  const text = readFileSync('examples/custom-providers/chargebee.json', 'utf8')
  expect(providerOf(text).resources.map(({ name }) => name)).toContain('customers')
})

import { expect, onTestFinished, test } from 'vitest'
import { chargebeeToken, openChargebee } from '../../../src/sandbox/custom/chargebee.ts'
import type { ListFailureRule, RuledFailure } from '../../../src/sandbox/custom/list-failure.ts'

const { apiKey } = JSON.parse(chargebeeToken) as { apiKey: string }
const headers = { authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}` }

interface Body {
  readonly list: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[]
  readonly next_offset?: string
}

async function open() {
  const server = await openChargebee({ customers: 7 })
  onTestFinished(server.close)
  const ask = (list: string, parameters = '', options: RequestInit = {}) =>
    fetch(`${server.url}/api/v2/${list}?limit=3${parameters}`, { headers, ...options })
  const idsOn = ({ list }: Body) => list.map((entry) => String(Object.values(entry)[0]?.id))
  return { ...server, ask, idsOn }
}

const answers: Readonly<Record<string, { failure: RuledFailure; status: number; says?: RegExp; header?: object }>> = {
  'an error': {
    failure: { kind: 'error', status: 503, headers: { 'Retry-After': '9' } },
    status: 503,
    header: { 'retry-after': '9' },
  },
  'a refusal for the rate': { failure: { kind: 'rate-limited' }, status: 429, says: /api_request_limit_exceeded/ },
  'an error of status 200': { failure: { kind: 'error-in-200' }, status: 200, says: /internal_error/ },
  'no list': { failure: { kind: 'not-a-list' }, status: 200, says: /^\{"object":"nothing"\}$/ },
  'HTML of a proxy': {
    failure: { kind: 'html' },
    status: 502,
    says: /^<html>/,
    header: { 'content-type': 'text/html' },
  },
  nothing: { failure: { kind: 'empty-body', status: 500 }, status: 500, says: /^$/ },
  'a redirect': { failure: { kind: 'redirect', to: '/x' }, status: 302, header: { location: '/x' } },
  padding: { failure: { kind: 'huge', bytes: 5 }, status: 200, says: /"padding":"xxxxx"\}$/ },
  'half of it': { failure: { kind: 'truncated', close: 'clean' }, status: 200, says: /^\{"list":.*[^}]$/ },
}

test.each(Object.entries(answers))(
  'a rule gives %s in place of an answer',
  async (_, { failure, status, says = /./, header = {} }) => {
    const { fail, ask } = await open()
    const end = fail(failure)
    const answer = await ask('customers', '', { redirect: 'manual' })
    expect(answer.status).toBe(status)
    expect(Object.fromEntries(answer.headers)).toMatchObject({ date: expect.any(String), ...header })
    if (status !== 302) expect(await answer.text()).toMatch(says)
    end()
    expect((await ask('customers')).status).toBe(200)
  },
)

test.each<RuledFailure>([{ kind: 'reset' }, { kind: 'truncated', close: 'early' }])(
  'a rule breaks a connection: $kind',
  async (failure) => {
    const { fail, ask } = await open()
    fail(failure)
    await expect(ask('customers').then((answer) => answer.text())).rejects.toThrow()
  },
)

test('a rule leaves a request without an answer until the server is closed', async () => {
  const { fail, ask, close } = await open()
  fail({ kind: 'hang', path: '/api/v2/items' })
  const hung = ask('items').then(
    () => 'answered',
    () => 'broken off',
  )
  expect((await ask('customers')).status).toBe(200)
  await close()
  expect(await hung).toBe('broken off')
})

test('a rule packs an answer that nobody wanted packed', async () => {
  const { fail, ask } = await open()
  const plain = await (await ask('customers')).text()
  fail({ kind: 'gzip' })
  const answer = await ask('customers')
  // `fetch` has unpacked it.
  expect(answer.headers.get('content-encoding')).toBe('gzip')
  expect(await answer.text()).toBe(plain)
})

test('a rule changes the page: none with a cursor, the first one again, and other items', async () => {
  const { fail, ask, idsOn } = await open()
  const read = async (parameters = '') => (await (await ask('customers', parameters)).json()) as Body
  const first = await read()
  const cursor = `&offset=${first.next_offset}`
  const endEmpty = fail({ kind: 'empty-more' })
  expect(await read(cursor)).toEqual({ list: [], next_offset: first.next_offset })
  endEmpty()
  const endSame = fail({ kind: 'same-page' })
  expect(await read(cursor)).toEqual(first)
  endSame()
  fail({ kind: 'items', items: (objects) => objects.map((object) => ({ ...object, id: `new ${object.id}` })) })
  expect(idsOn(await read())).toEqual(idsOn(first).map((id) => `new ${id}`))
})

const statuses = async (ask: (list: string) => Promise<Response>, lists: readonly string[]) => {
  const seen: number[] = []
  for (const list of lists) seen.push((await ask(list)).status)
  return seen
}

test('a rule is for a path, begins after some requests, and ends after some failures', async () => {
  const { fail, ask } = await open()
  const rule: ListFailureRule = { kind: 'error', status: 500, path: '/api/v2/items', after: 1, times: 2 }
  fail(rule)
  fail({ kind: 'error', status: 502, path: /comments\?limit=3/ })
  expect(await statuses(ask, ['items', 'customers', 'items', 'comments', 'items', 'items'])).toEqual([
    200, 200, 500, 502, 500, 200,
  ])
})

test('a rule is for a share of the requests, drawn by the seed', async () => {
  const drawn = async () => {
    const { fail, ask } = await open()
    fail({ kind: 'error', status: 500, probability: 0.5 })
    return statuses(ask, Array<string>(12).fill('items'))
  }
  const seen = await drawn()
  expect(new Set(seen)).toEqual(new Set([200, 500]))
  expect(await drawn()).toEqual(seen)
})

import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FailureKind } from '../contracts/exercise-provider.ts'

/*
 * Lists that the sandbox does not have: those of API v2, of which there is no specification, and tax locations. What it
 * answers is written after docs.stripe.com/api-v2-overview and the declarations of the `stripe` package.
 */

interface StoredObject {
  readonly id: string
  readonly [field: string]: unknown
}

interface Lists {
  /** By path; the newest first. */
  readonly lists: Readonly<Record<string, readonly StoredObject[]>>
  readonly key: string
  /** The clock of its answers, in seconds since 1970. */
  readonly now: number
}

interface Answer {
  readonly status: number
  readonly body: string | object
}

const failures: Readonly<Record<Exclude<FailureKind, 'the answer ends early' | 'the connection is reset'>, Answer>> = {
  'the key is refused': refused(401, 'authentication_error', 'api_key_invalid'),
  'the key may not read this': refused(403, 'invalid_request_error', 'more_permissions_required'),
  'too many requests': refused(429, 'rate_limit', 'rate_limit_exceeded'),
  'the provider fails': refused(500, 'api_error', 'internal_error'),
  'the answer is no JSON': { status: 502, body: '<html><body>502 Bad Gateway</body></html>' },
  'the answer is JSON of another shape': { status: 200, body: { object: 'unknown' } },
}

export async function openListServer({ lists: given, key, now }: Lists) {
  const lists = new Map(Object.entries(given))
  let requests = 0
  let failure: FailureKind | undefined
  let isEmpty = false
  const server = createServer((request, response) => {
    requests++
    const url = new URL(request.url ?? '/', 'http://stripe')
    if (failure === 'the connection is reset') return void request.socket.resetAndDestroy()
    const answer =
      failure !== undefined && failure !== 'the answer ends early'
        ? failures[failure]
        : request.headers.authorization === `Bearer ${key}`
          ? answerTo(url)
          : failures['the key is refused']
    send(response, answer, failure === 'the answer ends early')
  })

  function answerTo(url: URL): Answer {
    const objects = lists.get(url.pathname)
    if (objects) return url.pathname.startsWith('/v2/') ? pageV2(url, objects) : pageV1(url, objects)
    const slash = url.pathname.lastIndexOf('/')
    const id = decodeURIComponent(url.pathname.slice(slash + 1))
    const object = lists.get(url.pathname.slice(0, slash))?.find((other) => other.id === id)
    if (object) return { status: 200, body: object }
    return refused(404, 'invalid_request_error', url.pathname.startsWith('/v2/') ? 'not_found' : 'resource_missing')
  }

  function pageV2(url: URL, all: readonly StoredObject[]): Answer {
    const { page = '', limit = '20', ...filters } = Object.fromEntries(url.searchParams)
    const shown = all.filter((object) =>
      Object.entries(filters).every(
        ([name, value]) => String(object[name.replace(/^statuses\[\d\]$/, 'status')]) === value,
      ),
    )
    const from = page === '' ? 0 : shown.findIndex(({ id }) => id === page.replace('page_', ''))
    if (from < 0) return refused(400, 'invalid_request_error', 'invalid_page_token')
    const to = isEmpty ? from : from + Number(limit)
    const next = shown[to]
    const link = next && `${url.pathname}?${new URLSearchParams({ ...filters, limit, page: `page_${next.id}` })}`
    return { status: 200, body: { data: shown.slice(from, to), next_page_url: link ?? null, previous_page_url: null } }
  }

  function pageV1(url: URL, all: readonly StoredObject[]): Answer {
    const { starting_after: after, limit = '10' } = Object.fromEntries(url.searchParams)
    const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
    if (after !== undefined && from === 0)
      return refused(404, 'invalid_request_error', 'resource_missing', 'starting_after')
    const data = isEmpty ? [] : all.slice(from, from + Number(limit))
    const body = { object: 'list', url: url.pathname, data, has_more: isEmpty || from + data.length < all.length }
    return { status: 200, body }
  }

  function send(response: ServerResponse, { status, body }: Answer, isCut: boolean) {
    const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': text.length,
      Date: new Date(now * 1_000).toUTCString(),
    })
    if (!isCut) return void response.end(text)
    response.write(text.subarray(0, text.length - 1))
    setImmediate(() => response.destroy())
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    expected: (path: string) => lists.get(path) ?? [],
    remove(path: string, gone: string) {
      lists.set(
        path,
        (lists.get(path) ?? []).filter(({ id }) => id !== gone),
      )
    },
    fail(kind: FailureKind) {
      failure = kind
      return () => {
        failure = undefined
      }
    },
    emptyPage() {
      isEmpty = true
      return () => {
        isEmpty = false
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

function refused(status: number, type: string, code: string, param?: string): Answer {
  return { status, body: { error: { type, code, message: `Refused: ${code}.`, ...(param && { param }) } } }
}

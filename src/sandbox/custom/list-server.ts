import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { listen } from '../server/listen.ts'

export type Fields = Readonly<Record<string, unknown>>

/** What a list server answers. */
export interface ListAnswer {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface ListRequest {
  readonly url: URL
  readonly path: string
  readonly parameters: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** The body of a request; empty if it has none. */
  readonly text: string
}

/** The ways to fail that every API has. */
export type ListFailure =
  | 'the key is refused'
  | 'the key may not read this'
  | 'too many requests'
  | 'the provider fails'
  | 'the answer is no JSON'
  | 'the answer ends early'
  | 'the answer is JSON of another shape'
  | 'the connection is reset'

/** Answers of an API for these. */
export type Refusals = Readonly<Partial<Record<ListFailure, ListAnswer>>>

export interface ListServerOptions {
  /** Where the clock stands still until it is advanced, in unix seconds. Default: a while ago. `running`: real time. */
  readonly now?: number | 'running'
  /** Milliseconds before each answer. Default 0. */
  readonly latencyMs?: number
  readonly refusals?: Refusals
  /** Requests that do not fail with the others, such as those for tokens. They are not in `requests`. */
  readonly isForTokens?: (path: string) => boolean
}

/** A small server whose answers a function makes. The caller must close it. */
export async function openListServer(
  answer: (request: ListRequest) => ListAnswer,
  {
    now = Math.floor(Date.now() / 1_000) - 10_000,
    latencyMs = 0,
    refusals = {},
    isForTokens = () => false,
  }: ListServerOptions = {},
) {
  const requests: string[] = []
  let advanced = 0
  const clock = () => (now === 'running' ? Math.floor(Date.now() / 1_000) : now) + advanced
  let failure: ListFailure | undefined
  let other: ((request: ListRequest) => ListAnswer | undefined) | undefined
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const isToken = isForTokens(url.pathname)
    if (!isToken) requests.push(`${url.pathname}${url.search}`)
    if (latencyMs > 0) await setTimeout(latencyMs)
    const text = request.method === 'POST' ? Buffer.concat(await request.toArray()).toString() : ''
    const received = { url, path: url.pathname, parameters: url.searchParams, headers: request.headers, text }
    const failing = isToken ? undefined : failure
    const refused = failing ? (refusals[failing] ?? { body: {} }) : undefined
    const { status = 200, body, headers } = refused ?? other?.(received) ?? answer(received)
    response.sendDate = false
    response.setHeader('date', new Date(clock() * 1_000).toUTCString())
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value)
    if (breaksOff(failing, response)) return
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  const server = await listen((request, response) => void respond(request, response), 0)
  return {
    url: `http://127.0.0.1:${server.port}`,
    /** Each request's path with its parameters. */
    requests,
    now: clock,
    advance: (seconds: number) => {
      advanced += seconds
    },
    /** Every request fails so, until the function that it returns is called. */
    fail: (kind: ListFailure) => {
      failure = kind
      return () => {
        failure = undefined
      }
    },
    /** The next request that the function has an answer for gets that answer. */
    answerOnce(answerOf: (request: ListRequest) => ListAnswer | undefined) {
      other = (request) => {
        const answer = answerOf(request)
        if (answer) other = undefined
        return answer
      }
      return () => {
        other = undefined
      }
    },
    close: server.close,
  }
}

function breaksOff(failure: ListFailure | undefined, response: ServerResponse): boolean {
  if (failure === 'the connection is reset') response.destroy()
  else if (failure === 'the answer is no JSON') response.end('<html>')
  else if (failure === 'the answer ends early') {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('{"list": [')
    setImmediate(() => response.destroy())
  } else return false
  return true
}

/** A page of objects, and where the next begins; null on the last. */
export function pageAt(objects: readonly Fields[], offset: number, limit: number) {
  const end = offset + limit
  return { page: objects.slice(offset, end), next: end < objects.length ? end : null }
}

/** Newest first, and by id within a second, so that pages do not shift. */
export function newestFirst(objects: readonly Fields[], field: string): readonly Fields[] {
  return objects.toSorted((left, right) => {
    const [a, b] = [timeOf(left[field]), timeOf(right[field])]
    return a === b ? (String(left.id) < String(right.id) ? -1 : 1) : b - a
  })
}

export const timeOf = (value: unknown): number =>
  typeof value === 'number' ? value : Math.floor(Date.parse(String(value)) / 1_000)

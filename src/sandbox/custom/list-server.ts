import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { deliver, isDeliveryFailure } from '../server/deliver.ts'
import { createFailureRules } from '../server/failure-rules.ts'
import { listen } from '../server/listen.ts'
import { fraction, randomStream, seedFor } from '../server/random.ts'
import type { RequestSeen } from '../server/traffic.ts'
import type { Fields, ListAnswer, ListFailure, Refusals } from './list-answer.ts'
import {
  failureAnswer,
  isPageFailure,
  type ListFailureRule,
  type PageFailure,
  type RuledFailure,
} from './list-failure.ts'

export type { Fields, ListAnswer, ListFailure, Refusals } from './list-answer.ts'

export interface ListRequest {
  readonly url: URL
  readonly path: string
  readonly parameters: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** The body of a request; empty if it has none. */
  readonly text: string
  /** How the page of this request is to be wrong, by a rule. */
  readonly pageFailure?: PageFailure | undefined
}

export interface ListServerOptions {
  /** Where the clock stands still until it is advanced, in unix seconds. Default: a while ago. `running`: real time. */
  readonly now?: number | 'running'
  /** Milliseconds before each answer. Default 0. */
  readonly latencyMs?: number
  /** At most so many milliseconds more, drawn by the seed. Default 0. */
  readonly jitterMs?: number
  /** Default 1. */
  readonly seed?: number
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
    jitterMs = 0,
    seed = 1,
    refusals = {},
    isForTokens = () => false,
  }: ListServerOptions = {},
) {
  const requests: string[] = []
  let advanced = 0
  const clock = () => (now === 'running' ? Math.floor(Date.now() / 1_000) : now) + advanced
  let failure: ListFailure | undefined
  let other: ((request: ListRequest) => ListAnswer | undefined) | undefined
  const random = randomStream(seedFor(seed, 'requests'))
  const rules = createFailureRules<RuledFailure>(randomStream(seedFor(seed, 'failures')))
  const closing = new AbortController()
  // Every request that waits listens to this signal. Node would warn of a leak at the eleventh.
  setMaxListeners(0, closing.signal)
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`)
    const isToken = isForTokens(url.pathname)
    if (!isToken) requests.push(`${url.pathname}${url.search}`)
    const ms = latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0)
    if (ms > 0) await setTimeout(ms, undefined, { signal: closing.signal })
    const text = request.method === 'POST' ? Buffer.concat(await request.toArray()).toString() : ''
    const ruled = isToken ? undefined : rules.next(seenIn(url, request))
    const pageFailure = isPageFailure(ruled) ? ruled : undefined
    const received = {
      url,
      path: url.pathname,
      parameters: url.searchParams,
      headers: request.headers,
      text,
      pageFailure,
    }
    const failing = isToken ? undefined : failure
    const refused = failing ? (refusals[failing] ?? { body: {} }) : failureAnswer(ruled, refusals)
    const { status = 200, body, text: sent, headers } = refused ?? other?.(received) ?? answer(received)
    const date = new Date(clock() * 1_000).toUTCString()
    if (breaksOff(failing, response, date)) return
    const whole = { status, headers: { date, 'content-type': 'application/json', ...lowerCase(headers) } }
    const delivery = isDeliveryFailure(ruled) ? ruled : undefined
    await deliver(response, { ...whole, body: sent ?? JSON.stringify(body) }, delivery, closing.signal)
  }
  const server = await listen((request, response) => {
    response.sendDate = false
    // An error here means that the connection or the server was closed; there is no client to answer.
    respond(request, response).catch(() => response.destroy())
  }, 0)
  return {
    url: `http://127.0.0.1:${server.port}`,
    /** Each request's path with its parameters. */
    requests,
    now: clock,
    advance: (seconds: number) => {
      advanced += seconds
    },
    /** Every request fails so, or those of a rule, until the function that it returns is called. */
    fail(kind: ListFailure | ListFailureRule) {
      if (typeof kind === 'object') return rules.add(kind)
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
    close() {
      closing.abort()
      return server.close()
    },
  }
}

const seenIn = (url: URL, { method = '' }: IncomingMessage): RequestSeen => ({
  method,
  path: url.pathname,
  url: `${url.pathname}${url.search}`,
  query: Object.fromEntries(url.searchParams),
  status: 0,
  at: Date.now(),
})

const lowerCase = (headers: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

function breaksOff(failure: ListFailure | undefined, response: ServerResponse, date: string): boolean {
  response.setHeader('date', date)
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

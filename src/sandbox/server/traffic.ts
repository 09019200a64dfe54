import type { IncomingMessage } from 'node:http'

/** A request as it arrived. `status` is 0 until the request is answered. */
export interface RequestSeen {
  readonly method: string
  readonly path: string
  /** The path with its query, decoded. */
  readonly url: string
  /** The query, names decoded but otherwise as sent: `created[gte]`, `expand[0]`. */
  readonly query: Readonly<Record<string, string>>
  /** The body as it was sent, if there was one. */
  readonly body?: string
  readonly status: number
  /** Milliseconds of the real clock. */
  readonly at: number
  /** The account that a header names. */
  readonly account?: string
}

export interface EndpointStats {
  readonly requests: number
  readonly rateLimited: number
}

export interface Stats {
  readonly requests: number
  /** Calls of a list, answered or not. A benchmark compares them with the fewest possible. */
  readonly list: number
  /** Answers with status 429, by a limit or by a rule. */
  readonly rateLimited: number
  /** By operation: `GET /v1/customers`, `GET /v1/customers/:id`. */
  readonly perEndpoint: Readonly<Record<string, EndpointStats>>
  readonly peakConcurrency: number
  /** Cursors that were sent with another window of creation times; each got an empty page. */
  readonly cursorMisuse: number
}

/** One request while it is served. */
export interface Visit {
  readonly seen: RequestSeen
  /** The request sent a cursor of another window. */
  cursorMisused(): void
  answered(status: number): void
  /** The request has ended, answered or not. Must be called once. */
  leave(): void
}

/** What is known of a request when it arrives. */
interface Arrival {
  readonly url: URL
  readonly body: string
  readonly endpoint: string
  readonly isList: boolean
}

export interface Traffic {
  readonly requests: readonly RequestSeen[]
  arrive(request: IncomingMessage, arrival: Arrival): Visit
  stats(): Stats
}

/** `accountHeader` is the header in which a request can name an account. */
export function createTraffic(accountHeader: string): Traffic {
  const requests: RequestSeen[] = []
  const perEndpoint: Record<string, { requests: number; rateLimited: number }> = {}
  const totals = { requests: 0, list: 0, rateLimited: 0, peakConcurrency: 0, cursorMisuse: 0 }
  let open = 0
  return {
    requests,
    arrive(request, { url, body, endpoint, isList }) {
      const account = request.headers[accountHeader]
      const seen = {
        method: request.method ?? '',
        path: url.pathname,
        url: decoded(url),
        query: Object.fromEntries(url.searchParams),
        ...(body === '' ? {} : { body }),
        status: 0,
        at: Date.now(),
        ...(typeof account === 'string' ? { account } : {}),
      }
      requests.push(seen)
      const counts = perEndpoint[endpoint] ?? { requests: 0, rateLimited: 0 }
      perEndpoint[endpoint] = counts
      counts.requests++
      totals.requests++
      if (isList) totals.list++
      totals.peakConcurrency = Math.max(totals.peakConcurrency, ++open)
      return {
        seen,
        cursorMisused: () => void totals.cursorMisuse++,
        answered(status) {
          seen.status = status
          if (status !== 429) return
          totals.rateLimited++
          counts.rateLimited++
        },
        leave: () => void open--,
      }
    },
    stats: () => structuredClone({ ...totals, perEndpoint }),
  }
}

function decoded(url: URL): string {
  const query = [...url.searchParams].map(([name, value]) => `${name}=${value}`).join('&')
  return query ? `${url.pathname}?${query}` : url.pathname
}

import type { IncomingMessage } from 'node:http'

/** A request as it arrived; `status` is 0 until it is answered. */
export interface RequestSeen {
  readonly method: string
  readonly path: string
  /** The path with its query, decoded. */
  readonly url: string
  /** The query, names decoded but otherwise as sent: `created[gte]`, `expand[0]`. */
  readonly query: Readonly<Record<string, string>>
  readonly status: number
  /** Milliseconds of the real clock. */
  readonly at: number
  /** The `Stripe-Account` header. */
  readonly account?: string
}

export interface EndpointStats {
  readonly requests: number
  readonly rateLimited: number
}

export interface Stats {
  readonly requests: number
  /** Calls of a list, answered or not: what a benchmark compares with the fewest possible. */
  readonly list: number
  /** Answers with status 429, by a limit or by a rule. */
  readonly rateLimited: number
  /** By operation: `GET /v1/customers`, `GET /v1/customers/:id`. */
  readonly perEndpoint: Readonly<Record<string, EndpointStats>>
  readonly peakConcurrency: number
  /** Cursors that were carried into another window of creation time; each got an empty page. */
  readonly cursorMisuse: number
}

export interface Visit {
  readonly seen: RequestSeen
  misused(): void
  answered(status: number): void
  /** The request is over, answered or not; to be called once. */
  leave(): void
}

export interface Traffic {
  readonly requests: readonly RequestSeen[]
  arrive(request: IncomingMessage, url: URL, endpoint: string, isList: boolean): Visit
  stats(): Stats
}

export function createTraffic(): Traffic {
  const requests: RequestSeen[] = []
  const perEndpoint: Record<string, { requests: number; rateLimited: number }> = {}
  const totals = { requests: 0, list: 0, rateLimited: 0, peakConcurrency: 0, cursorMisuse: 0 }
  let open = 0
  return {
    requests,
    arrive(request, url, endpoint, isList) {
      const account = request.headers['stripe-account']
      const seen = {
        method: request.method ?? '',
        path: url.pathname,
        url: decoded(url),
        query: Object.fromEntries(url.searchParams),
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
        misused: () => void totals.cursorMisuse++,
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

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { fraction, randomStream } from '../../src/sandbox/server/random.ts'
import { type Answer, answer, endpointOf, rateLimited, requestId } from './answer.ts'
import { type Buckets, createBuckets } from './buckets.ts'
import { type Collection, createCollection } from './collection.ts'
import { type Conditions, type Counters, type Population, type Seen, sharedNow } from './protocol.ts'
import templates from './templates.json' with { type: 'json' }

/*
 * A Stripe-shaped API in a process of its own. Its account is serialised once, before the first request; a page costs a
 * copy of 150 kB. Started with a Population as its one argument; tells its parent `{ port }` when it is ready.
 */

const population = JSON.parse(process.argv[2] ?? '{}') as Population
const collections = new Map<string, Collection>()
for (const [at, [path, options]] of Object.entries(population.lists).entries()) {
  const listTemplates = Object.entries(templates).find(([name]) => name === path)?.[1]
  if (!listTemplates) throw new Error(`server: there are no templates for ${path}`)
  collections.set(
    path,
    createCollection({ ...options, templates: listTemplates, seed: population.seed + at, until: population.until }),
  )
}

const random = randomStream(population.seed)
let conditions: Conditions = { latencyMs: 0, accountPerSecond: null, endpointPerSecond: null }
let buckets: Buckets = bucketsOf(conditions)
let seen: Seen[] = []

function bucketsOf({ accountPerSecond, endpointPerSecond }: Conditions): Buckets {
  return createBuckets({
    accountPerSecond: accountPerSecond ?? Infinity,
    endpointPerSecond: endpointPerSecond ?? Infinity,
  })
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const arrivedAt = sharedNow()
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname.startsWith('/_bench/')) {
    void control(request, url).then((body) => response.end(body))
    return
  }
  const endpoint = endpointOf(url.pathname)
  const limited = buckets.take(`${request.headers.authorization} ${request.headers['stripe-account'] ?? ''}`, endpoint)
  const send = () => {
    const answered = limited ? rateLimited(limited) : answer(url, collections, population.until)
    write(response, answered)
    const { status, items, oldest } = answered
    seen.push({ endpoint, arrivedAt, answeredAt: sharedNow(), status, items, oldest })
  }
  const { latencyMs, jitterMs = 0 } = conditions
  const wait = latencyMs + (jitterMs > 0 ? fraction(random) * jitterMs : 0)
  if (wait > 0) setTimeout(send, wait)
  else send()
}

function write(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'request-id': requestId(),
    'stripe-version': '2026-10-28.endive',
    ...headers,
  })
  response.end(body)
}

async function control(request: IncomingMessage, url: URL): Promise<string> {
  switch (url.pathname) {
    case '/_bench/reset':
      conditions = JSON.parse(await text(request)) as Conditions
      buckets = bucketsOf(conditions)
      seen = []
      return '{}'
    case '/_bench/touch': {
      const { path, every, revision } = JSON.parse(await text(request)) as {
        path: string
        every: number
        revision: number
      }
      return JSON.stringify({ touched: collections.get(path)?.touch(every, revision) ?? 0 })
    }
    case '/_bench/seen':
      return JSON.stringify(seen)
    case '/_bench/cpu': {
      const { user, system } = process.cpuUsage()
      return JSON.stringify({ ms: (user + system) / 1_000 })
    }
    case '/_bench/counters':
      return JSON.stringify(count(seen))
    case '/_bench/expected':
      return collections.get(url.searchParams.get('path') ?? '')?.expected() ?? ''
    default:
      throw new Error(`server: no control URL ${url.pathname}`)
  }
}

function count(requests: readonly Seen[]): Record<string, Counters> {
  const counters: Record<string, Counters> = {}
  for (const { endpoint, status, items } of requests) {
    const { requests: before, limited, items: had } = counters[endpoint] ?? { requests: 0, limited: 0, items: 0 }
    counters[endpoint] = { requests: before + 1, limited: limited + (status === 429 ? 1 : 0), items: had + items }
  }
  return counters
}

const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0, noDelay: true }, serve)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address) process.send?.({ port: address.port })
})
process.on('disconnect', () => process.exit(0))

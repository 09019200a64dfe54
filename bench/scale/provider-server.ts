import { once } from 'node:events'
import { createServer } from 'node:http'
import { createPayPalSandbox } from '../../src/sandbox/paypal/index.ts'
import { createShopifySandbox } from '../../src/sandbox/shopify/index.ts'
import { createSquareSandbox } from '../../src/sandbox/square/index.ts'
import { openSandbox } from '../../src/sandbox/stripe/index.ts'

/*
 * A provider in a process of its own: `provider-server.ts NAME '{"objects": 50000, "perSecond": 10}'`. It says its address, and
 * at each message what it has been asked.
 */

export interface ServerOptions {
  readonly objects: number
  /** What the provider allows: requests a second, or points. */
  readonly perSecond: number
  /** How Shopify counts: see CostRule of its sandbox. Default `linear`. */
  readonly costs?: 'linear' | 'logarithmic'
}

/** What a provider has been asked so far. */
export interface Asked {
  readonly requests: number
  /** Refused for their rate. */
  readonly limited: number
  /** Points that were taken, where the provider meters in points. */
  readonly points: number
  /** When the first and the last request came, in milliseconds since 1970. */
  readonly first: number
  readonly last: number
}

interface Server {
  readonly url: string
  load(): Asked
  close(): Promise<void>
}

const latencyMs = 200

/** How each provider is opened. */
const open: Readonly<Record<string, (options: ServerOptions) => Promise<Server>>> = {
  async stripe({ objects }) {
    const stripe = await openSandbox({ customers: objects, latencyMs })
    return { ...stripe, load: () => ({ ...seen(stripe.requests), limited: stripe.stats().rateLimited, points: 0 }) }
  },
  async square({ objects, perSecond }) {
    const counts = { payments: objects }
    const limits = { accountPerSecond: perSecond, concurrency: 64 }
    const square = await createSquareSandbox({ payments: objects, counts, limits, latencyMs })
    return { ...square, load: () => ({ ...seen(square.requests), limited: square.stats().rateLimited, points: 0 }) }
  },
  async paypal({ objects, perSecond }) {
    const limits = { accountPerSecond: perSecond, concurrency: 64 }
    const paypal = await createPayPalSandbox({ transactions: objects, limits, latencyMs })
    return { ...paypal, load: () => ({ ...seen(paypal.requests), limited: paypal.stats().rateLimited, points: 0 }) }
  },
  async shopify({ objects, perSecond, costs = 'linear' }) {
    const counts = { customers: objects }
    const points = { restoreRate: perSecond }
    const shopify = await createShopifySandbox({ orders: objects, counts, points, costs, latencyMs })
    return {
      ...shopify,
      load() {
        const { throttled, actual } = shopify.stats().points
        return { ...seen(shopify.requests), limited: throttled, points: actual }
      },
    }
  },
  custom: openCustom,
}

/** A list of customers with cursors that name the place of the next page. */
async function openCustom({ objects }: ServerOptions): Promise<Server> {
  const pageSize = 100
  const now = Math.floor(Date.now() / 1_000)
  const requests: { at: number }[] = []
  const server = createServer((request, response) => {
    requests.push({ at: Date.now() })
    const url = new URL(request.url ?? '/', 'http://server')
    const answer = url.pathname.endsWith('/configurations')
      ? { configurations: [{ domain: 'bench' }] }
      : page(url.searchParams)
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    }, latencyMs)
  })
  function page(query: URLSearchParams) {
    const from = Number(query.get('from') ?? 0)
    const to = Number(query.get('to') ?? now + 1)
    const begin = Number(query.get('offset') ?? 0)
    // One object in each ten minutes, newest first.
    const newest = Math.max(0, Math.ceil((now - to + 1) / 600))
    const end = Math.min(objects, Math.floor((now - from) / 600) + 1)
    const at = newest + begin
    const list = Array.from({ length: Math.max(0, Math.min(pageSize, end - at)) }, (_, n) => ({
      customer: customer(at + n, now - (at + n) * 600),
    }))
    return { list, ...(at + pageSize < end && { next_offset: String(begin + pageSize) }) }
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('provider server: no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    load: () => ({ ...seen(requests), limited: 0, points: 0 }),
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const customer = (n: number, at: number) => ({
  id: `cus_${n}`,
  email: `customer${n}@example.com`,
  first_name: 'Grace',
  last_name: `Hopper ${n}`,
  created_at: at,
  updated_at: at,
  note: 'x'.repeat(800),
})

const seen = (requests: readonly { readonly at: number }[]) => ({
  requests: requests.length,
  first: requests[0]?.at ?? 0,
  last: requests.at(-1)?.at ?? 0,
})

const [name = '', options = '{}'] = process.argv.slice(2)
const server = await open[name]?.(JSON.parse(options))
if (!server) throw new Error(`provider server: no provider "${name}"`)
process.send?.({ url: server.url })
process.on('message', () => process.send?.(server.load()))
process.on('disconnect', () => process.exit())

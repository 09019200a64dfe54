import { isUtf8 } from 'node:buffer'
import { Item } from '../json/item.ts'
import { RawJson } from '../json/raw-json.ts'
import type { Log } from '../log/log.ts'
import type { Arrived, LiveEvents } from '../provider/live.ts'
import type { Queue } from '../queue/queue.ts'
import type { LiveTelemetry } from '../telemetry/live.ts'
import { type AuthenticationDeps, authenticate } from './authenticate.ts'
import { excessOf } from './limits.ts'
import { putIntoEnvelope } from './received.ts'
import type { Routes } from './routes.ts'

/** A webhook as the receiver got it. */
export interface WebhookRequest {
  /** `/events/PROVIDER/NAME`; the name of the endpoint is long and random. */
  readonly path: string
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

export interface WebhookAnswer {
  readonly status: 200 | 400 | 401 | 404 | 413 | 503
  /** A sentence for the person who reads the provider's log of deliveries. */
  readonly body: string
}

export interface WebhookDeps extends AuthenticationDeps {
  readonly routes: Routes
  live(provider: string): Promise<LiveEvents | null>
  /** The events queue. */
  readonly queue: Pick<Queue, 'send'>
  /** Milliseconds since 1970. */
  now(): number
  readonly log: Log
  readonly telemetry?: LiveTelemetry | undefined
}

/** As much as a message of the queue may have. */
const mostBytes = 1_048_576

/**
 * Receives a webhook: its signature is checked before it is queued, and 200 means that the queue has it. Never rejects. The
 * provider sends again what was not answered with 200.
 */
export async function receiveWebhook(request: WebhookRequest, deps: WebhookDeps): Promise<WebhookAnswer> {
  const [, named = '', from = ''] = /^\/events\/([a-z][a-z0-9-]{0,62})\/([\w-]{1,128})$/.exec(request.path) ?? []
  // Strangers choose the name in the path, and a metric must not have a label for each.
  let provider = 'none'
  let answer: WebhookAnswer
  try {
    const live = named === '' ? null : await deps.live(named)
    if (live) provider = named
    answer = live
      ? await receive(request, { provider, from, live }, deps)
      : { status: 404, body: 'There is no endpoint at this path.' }
  } catch (error) {
    deps.log.error('a webhook could not be received; its provider sends it again', { event: 'webhook_failed' }, error)
    answer = { status: 503, body: 'The worker cannot take events now.' }
  }
  deps.telemetry?.answered(provider, answer.status)
  return answer
}

interface Endpoint {
  readonly provider: string
  readonly from: string
  readonly live: LiveEvents
}

async function receive(
  { headers, body }: WebhookRequest,
  { provider, from, live }: Endpoint,
  deps: WebhookDeps,
): Promise<WebhookAnswer> {
  if (body.length > mostBytes) return { status: 413, body: `An event has at most ${mostBytes} bytes.` }
  const event = eventOf(body)
  if (!event) return { status: 400, body: 'The body is not JSON that the worker reads.' }
  const given = live.headers.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]]))
  const arrived: Arrived = { via: 'webhook', from, headers: Object.fromEntries(given) }
  const [account = null] = await deps.routes.find([{ provider, route: live.route(event, arrived).slice(0, 512) }])
  const verdict = await authenticate(
    { arrived, body, receivedAt: new Date(deps.now()) },
    { provider, account, live },
    deps,
  )
  if (verdict !== 'genuine') {
    deps.log.warn('a webhook is refused, because its signature does not fit', { event: 'webhook_refused', provider })
    return { status: 401, body: `The signature is not accepted (${verdict}).` }
  }
  const envelope = putIntoEnvelope({ provider, from, headers: arrived.headers, body: body.toString() })
  if (Buffer.byteLength(envelope) > mostBytes) return { status: 413, body: `An event has at most ${mostBytes} bytes.` }
  // The group of the tenant: in a fair queue, a burst of one tenant does not stand before the others.
  await deps.queue.send(envelope, 0, account?.tenantId)
  return { status: 200, body: 'The event is queued.' }
}

/** Null if the body is not JSON, or beyond the limits. */
function eventOf(body: Buffer): Item | null {
  if (!isUtf8(body)) return null
  const text = body.toString()
  if (excessOf(text) !== null) return null
  try {
    return Item.of(JSON.parse(text), RawJson.of(body))
  } catch {
    return null
  }
}

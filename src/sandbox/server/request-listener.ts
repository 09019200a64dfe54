import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import type { HttpAnswer } from './answer.ts'
import { deliver, isDeliveryFailure } from './deliver.ts'
import type { FailureRules } from './failure-rules.ts'
import type { Limiter } from './limits.ts'
import type { RequestSeen, Traffic, Visit } from './traffic.ts'

/** Called with each request before anything is decided about it. The request waits for a returned promise. */
export type Hook = (request: RequestSeen) => void | Promise<void>

/** A request that was authenticated and admitted by the limiter. */
export interface AdmittedRequest<Route, Caller, Failure> {
  readonly route: Route
  readonly query: URLSearchParams
  /** The body as it was sent; empty for a request without one. */
  readonly body: string
  readonly caller: Caller
  readonly visit: Visit
  readonly failure: Failure | undefined
}

/** What a vendor's sandbox decides about a request. The rest is the same for every vendor. */
export interface Api<Route, Caller, Failure> {
  route(method: string, path: string): Route
  /** Throws a refusal for a key that is not accepted. */
  authenticate(headers: IncomingHttpHeaders): Caller
  /** Answers from the data, or as a failure says; throws a refusal. */
  answer(request: AdmittedRequest<Route, Caller, Failure>): HttpAnswer | Promise<HttpAnswer>
  /** The answer for what `authenticate`, `answer` or the limiter threw. */
  refuse(error: unknown): HttpAnswer
  /** The headers of every answer. */
  headers(request: IncomingHttpHeaders): Readonly<Record<string, string>>
}

interface ListenerOptions<Route, Caller, Failure> {
  readonly api: Api<Route, Caller, Failure>
  readonly limiter: Limiter<Caller>
  readonly failures: FailureRules<Failure>
  readonly traffic: Traffic
  readonly hooks: ReadonlySet<Hook>
  /** The milliseconds the next answer takes. */
  readonly latency: () => number
  readonly signal: AbortSignal
}

/** The steps of a request: record, wait for hooks, authenticate, limit, answer or fail, deliver. */
export function createRequestListener<
  Route extends { readonly kind: string; readonly endpoint: string },
  Caller,
  Failure extends { readonly kind: string },
>(options: ListenerOptions<Route, Caller, Failure>): RequestListener {
  const { api, failures, hooks, latency, limiter, signal, traffic } = options

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const route = api.route(request.method ?? '', url.pathname)
    // A request without a body is recorded at once, in the order of arrival.
    const body = hasBody(request) ? await text(request) : ''
    const visit = traffic.arrive(request, { url, body, endpoint: route.endpoint, isList: route.kind === 'list' })
    const cleanup = createCleanup(response, visit.leave)
    let failure: Failure | undefined

    const answer = await answerOrRefusal(api, async () => {
      for (const hook of hooks) await hook(visit.seen)
      const caller = api.authenticate(request.headers)
      cleanup.add(limiter.enter(caller, route.endpoint))
      failure = failures.next(visit.seen)
      const ms = latency()
      if (ms > 0) await delay(ms, undefined, { signal })
      return api.answer({ route, query: url.searchParams, body, caller, visit, failure })
    })

    if (failure?.kind !== 'hang' && failure?.kind !== 'reset') visit.answered(answer.status)
    // The client may act on the last byte before this process hears that it was sent, so the request ends first.
    if (!failure) cleanup.run()
    const delivery = isDeliveryFailure(failure) ? failure : undefined
    await deliver(response, withHeaders(answer, api.headers(request.headers)), delivery, signal)
  }

  return (request, response) => {
    if (!hasBody(request)) request.resume()
    response.sendDate = false
    // An error here means that the connection or the sandbox was closed; there is no client to answer.
    serve(request, response).catch(() => response.destroy())
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

async function answerOrRefusal(
  api: Pick<Api<never, never, never>, 'refuse'>,
  answer: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    return await answer()
  } catch (error) {
    return api.refuse(error)
  }
}

function withHeaders(answer: HttpAnswer, common: Readonly<Record<string, string>>): HttpAnswer {
  const headers = Object.entries({ ...common, ...answer.headers }).filter(([, value]) => value !== '')
  return { ...answer, headers: Object.fromEntries(headers) }
}

/** Runs each step once when a request has ended, at the latest when its connection closes. */
function createCleanup(response: ServerResponse, first: () => void) {
  let ended = false
  const steps = [first]
  const run = () => {
    ended = true
    for (const step of steps.splice(0)) step()
  }
  response.once('close', run)
  return {
    run,
    add(step: () => void) {
      steps.push(step)
      if (ended) run()
    },
  }
}

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, refused, replaced } from '../stripe/answer.ts'
import { authenticate } from '../stripe/caller.ts'
import type { Call } from '../stripe/endpoints.ts'
import type { Failure, Failures } from '../stripe/failure.ts'
import { nested } from '../stripe/nested-lists.ts'
import { Refusal } from '../stripe/refusal.ts'
import { resources } from '../stripe/resources/index.ts'
import { type Route, routeOf } from '../stripe/route.ts'
import { deliver } from './deliver.ts'
import { randomText } from './ids.ts'
import type { Limiter } from './limits.ts'
import type { Random } from './random.ts'
import type { RequestSeen, Traffic } from './traffic.ts'

export type Hook = (request: RequestSeen) => void | Promise<void>

interface House {
  readonly answer: (call: Call) => Answer
  readonly limiter: Limiter
  readonly failures: Failures
  readonly traffic: Traffic
  readonly hooks: ReadonlySet<Hook>
  readonly revokedKeys: readonly string[]
  /** The milliseconds the next answer takes. */
  readonly latency: () => number
  readonly now: () => number
  readonly random: Random
  readonly signal: AbortSignal
}

/** The way of a request: seen, held by hooks, authenticated, limited, answered or failed, delivered. */
export function createServing(house: House): RequestListener {
  const { failures, hooks, latency, limiter, revokedKeys, signal, traffic } = house

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox')
    const route = routeOf(request.method ?? '', url.pathname)
    const visit = traffic.arrive(request, url, route.endpoint, route.kind === 'list')
    const exit = createExit(response, visit.leave)
    let failure: Failure | undefined

    const answer = await asAnswer(async () => {
      for (const hook of hooks) await hook(visit.seen)
      const caller = authenticate(request.headers, revokedKeys)
      exit.also(limiter.enter(caller, route.endpoint))
      failure = failures.next(visit.seen)
      const ms = latency()
      if (ms > 0) await delay(ms, undefined, { signal })
      const subject = subjectOf(route)
      const call = { route, query: url.searchParams, caller, visit, failure }
      return (failure && replaced(failure, caller, subject)) ?? house.answer(call)
    })

    if (!unanswered(failure)) visit.answered(answer.status)
    // The client may act on the last byte before this process hears that it was sent, so leave first.
    if (!failure) exit.leave()
    await deliver(response, complete(answer, request), failure, signal)
  }

  function complete(answer: Answer, request: IncomingMessage): Answer {
    const version = request.headers['stripe-version']
    const headers = {
      Date: new Date(house.now() * 1_000).toUTCString(),
      'Request-Id': `req_${randomText(house.random, 14)}`,
      'Stripe-Version': typeof version === 'string' ? version : '2026-10-28.endive',
      ...answer.headers,
    }
    return { ...answer, headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== '')) }
  }

  return (request, response) => {
    request.resume()
    response.sendDate = false
    // What is thrown here is the end of the connection or of the sandbox: nobody is left to tell.
    serve(request, response).catch(() => response.destroy())
  }
}

/** What a permission for the route is named after. */
function subjectOf(route: Route): string {
  switch (route.kind) {
    case 'list':
    case 'object':
      return resources[route.name].object
    case 'rows':
    case 'row':
      return nested[route.name].object
    case 'account':
    case 'unknown':
      return 'account'
  }
}

const unanswered = (failure: Failure | undefined) => failure?.kind === 'hang' || failure?.kind === 'reset'

async function asAnswer(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof Refusal) return refused(error)
    return refused(new Refusal(500, { message: `The sandbox itself failed: ${String(error)}` }))
  }
}

/** What is to be undone when a request is over: each step once, at the latest when the connection is. */
function createExit(response: ServerResponse, first: () => void) {
  let over = false
  const steps = [first]
  const leave = () => {
    over = true
    for (const step of steps.splice(0)) step()
  }
  response.once('close', leave)
  return {
    leave,
    also(step: () => void) {
      steps.push(step)
      if (over) leave()
    },
  }
}

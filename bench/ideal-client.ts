import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Conditions } from './server/protocol.ts'
import type { StripeServer } from './stripe-server.ts'

/*
 * The most that any client can reach which stays within so many requests a second, learns from the first page that there is
 * more, and asks only then how old the account is, so that a list of one page costs one request. From there on it knows
 * where every page begins, which nobody can, and stores nothing.
 */

/** Milliseconds it takes to read a list, and how many answers were 429. */
export async function readWithForesight(
  server: StripeServer,
  path: string,
  conditions: Conditions,
): Promise<{ readonly ms: number; readonly limited: number }> {
  const { accountPerSecond, endpointPerSecond } = conditions
  const apart = 1_000 / Math.min(accountPerSecond ?? Infinity, endpointPerSecond ?? Infinity)
  const ids = [...(await server.expected(path)).keys()]
  const cursors = ids.filter((_, at) => at % 100 === 99 && at < ids.length - 1)
  const agent = new Agent({ keepAlive: true })
  const ask = (what: string) =>
    new Promise<number>((resolve, reject) => {
      get(`${server.url}${what}`, { agent, headers: { authorization: 'Bearer sk_live_foresight' } }, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      }).on('error', reject)
    })
  await server.reset(conditions)
  const began = performance.now()
  const statuses = [await ask(`${path}?limit=100`), await ask('/v1/account')]
  const known = performance.now()
  const others: Promise<number>[] = []
  for (const [at, cursor] of cursors.entries()) {
    const wait = known + at * apart - performance.now()
    if (wait > 0) await sleep(wait)
    others.push(ask(`${path}?limit=100&starting_after=${cursor}`))
  }
  statuses.push(...(await Promise.all(others)))
  const ms = performance.now() - began
  agent.destroy()
  return { ms, limited: statuses.filter((status) => status === 429).length }
}

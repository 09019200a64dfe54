import { fork } from 'node:child_process'
import { once } from 'node:events'
import { serverProgram } from './build.ts'
import type { Conditions, Population, Seen } from './server/protocol.ts'

/** The Stripe-shaped server, from outside. */
export interface StripeServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly population: Population
  /** From the next request on; forgets what it saw. */
  reset(conditions: Conditions): Promise<void>
  /** Gives every `every`-th object of the list another revision. Returns how many. */
  touch(path: string, every: number, revision: number): Promise<number>
  /** All requests since the last reset, in the order of their answers. */
  seen(): Promise<readonly Seen[]>
  /** CPU milliseconds it has used so far. */
  cpuMs(): Promise<number>
  /** The revision of every object of the list, by id. */
  expected(path: string): Promise<ReadonlyMap<string, string>>
  close(): void
}

/** Starts a server with this account; a million customers take 1.6 GB and some seconds. */
export async function openStripeServer(population: Population): Promise<StripeServer> {
  const child = fork(serverProgram, [JSON.stringify(population)], {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [ready] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`server: ended with ${code} before it was ready`)
    }),
  ])
  const url = `http://127.0.0.1:${(ready as { port: number }).port}`
  const ask = async (path: string, body?: unknown) => {
    const response = await fetch(
      `${url}/_bench/${path}`,
      body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
    )
    return response.text()
  }
  return {
    url,
    population,
    reset: async (conditions) => void (await ask('reset', conditions)),
    touch: async (path, every, revision) => JSON.parse(await ask('touch', { path, every, revision })).touched,
    seen: async () => JSON.parse(await ask('seen')),
    cpuMs: async () => JSON.parse(await ask('cpu')).ms,
    async expected(path) {
      const lines = (await ask(`expected?path=${path}`)).split('\n').filter((line) => line !== '')
      return new Map(lines.map((line) => line.split(' ') as [string, string]))
    },
    close: () => void child.kill(),
  }
}

/** The start of today, UTC: what the account holds was created before, on every run of the same day alike. */
export const untilToday = (): number => Math.floor(Date.now() / 86_400_000) * 86_400

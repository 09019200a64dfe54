import { fork } from 'node:child_process'
import { once } from 'node:events'

/** The benchmark's Stripe-shaped server, which serves a million customers from one piece of memory. */
export interface ManyObjects {
  readonly url: string
  /** The ids of all customers. */
  ids(): Promise<readonly string[]>
  close(): void
}

export async function openManyObjects(count: number, seed: number): Promise<ManyObjects> {
  const until = Math.floor(Date.now() / 86_400_000) * 86_400
  const population = { seed, until, lists: { '/v1/customers': { count, density: 'growth' } } }
  const program = new URL('../../../bench/server/server.ts', import.meta.url)
  const child = fork(program, [JSON.stringify(population)], {
    execArgv: ['--import', 'tsx', '--max-old-space-size=4096'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`many objects: the server ended with ${code}`)
  })
  gone.catch(() => {})
  const [ready] = await Promise.race([once(child, 'message'), gone])
  const url = `http://127.0.0.1:${Object(ready).port}`
  return {
    url,
    async ids() {
      const response = await fetch(`${url}/_bench/expected?path=/v1/customers`)
      return (await response.text()).split('\n').map((line) => line.split(' ', 1)[0] ?? '')
    },
    close: () => void child.kill(),
  }
}

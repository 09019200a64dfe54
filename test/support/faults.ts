import { onTestFinished } from 'vitest'
import type { FailureRule } from '../../src/local/sandbox/index.ts'
import { disturb } from '../faults/chaos/disturb.ts'
import { openPostgresProxy } from '../faults/postgres-proxy.ts'
import { openQueueProxy } from '../faults/queue-proxy.ts'
import { createRandom } from './random.ts'

interface Parts {
  readonly url: string
  readonly queue: { readonly endpoint: string }
  readonly sandbox: { fail(rule: FailureRule): () => void }
}

/**
 * `FAULTS=0.05 SEED=7 npx vitest run test/stripe`: of the worker's statements, calls to the queue and requests to the
 * provider so many go wrong, in every test that sets up a worker. What the worker is to be told then; nothing without.
 */
export async function standInTheWay({ url, queue, sandbox }: Parts): Promise<Readonly<Record<string, string>>> {
  const rate = Number(process.env.FAULTS ?? 0)
  if (!(rate > 0)) return {}
  const random = createRandom(Number(process.env.SEED ?? 1))
  const ways = { postgres: await openPostgresProxy(url), queue: await openQueueProxy(queue.endpoint), sandbox }
  disturb(ways, { random, rate })
  onTestFinished(async () => {
    await Promise.all([ways.postgres.close(), ways.queue.close()])
  })
  return {
    ConnectionStrings__DefaultConnection: ways.postgres.url,
    Queue__Endpoint: ways.queue.endpoint,
    Worker__LeaseSeconds: '5',
  }
}

import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { disturb } from '../faults/chaos/disturb.ts'
import { openPostgresProxy } from '../faults/postgres-proxy.ts'
import { openQueueProxy } from '../faults/queue-proxy.ts'
import { faultsOf } from '../faults/worlds/stripe.ts'
import { createRandom } from './random.ts'

interface Parts {
  readonly url: string
  readonly queue: { readonly endpoint: string }
  readonly sandbox: Pick<Sandbox, 'fail'>
}

/** Calls that do not fail in a test, because what it asserts does not hold if they do. */
export interface Exemption {
  readonly calls: readonly ('provider' | 'database' | 'queue')[]
  /** A sentence. */
  readonly because: string
}

/** For a test that counts requests to the provider, or lists them. */
export const countsRequests: Exemption = {
  calls: ['provider'],
  because: 'It counts requests to the provider. A request that fails is made again.',
}

/** For a test that counts messages in a queue. */
export const countsMessages: Exemption = {
  calls: ['queue'],
  because: 'It counts messages. A message whose answer is lost is sent again.',
}

/** For a test that counts claims, transactions or announcements. */
export const countsTransactions: Exemption = {
  calls: ['database'],
  because: 'It counts claims or commits. A claim whose answer is lost is made again, and is announced again.',
}

/** For a test whose worker has a second or two. */
export const hasLittleTime: Exemption = {
  calls: ['provider', 'database'],
  because: 'Its worker has a second or two, and is to get as far as the test says. A fault takes a part of that time.',
}

/**
 * Under `npm run faults -- --suite 0.05` that share of the worker's statements, calls to the queue and requests to the
 * provider fails in every test that sets up a worker. Returns the settings that lead the worker there; none otherwise.
 */
export async function disturbCalls(
  { url, queue, sandbox }: Parts,
  exempt?: Exemption,
): Promise<Readonly<Record<string, string>>> {
  if (!isDisturbed()) return {}
  const { testPath = '', currentTestName = '' } = expect.getState()
  const file = relative(fileURLToPath(new URL('..', import.meta.url)), testPath)
  const calls = exempt?.calls ?? []
  const postgres = calls.includes('database') ? undefined : await openPostgresProxy(url)
  const queueProxy = calls.includes('queue') ? undefined : await openQueueProxy(queue.endpoint)
  const ways = { postgres, queue: queueProxy, world: calls.includes('provider') ? undefined : faultsOf(sandbox) }
  disturb(ways, { random: createRandom(seedOf(`${process.env.SEED ?? 1} ${file} ${currentTestName}`)), rate: rate() })
  onTestFinished(async () => {
    await Promise.all([postgres?.close(), queueProxy?.close()])
  })
  return {
    ...(postgres && { ConnectionStrings__DefaultConnection: postgres.url, Worker__LeaseSeconds: '5' }),
    ...(queueProxy && { Queue__Endpoint: queueProxy.endpoint }),
  }
}

const rate = () => Number(process.env.FAULTS ?? 0)

/** True if calls fail besides those that a test makes fail. */
export const isDisturbed = () => rate() > 0

/** Each test draws other faults. */
const seedOf = (text: string) => createHash('sha256').update(text).digest().readUInt32BE()

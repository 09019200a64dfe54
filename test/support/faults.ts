import { createHash } from 'node:crypto'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'
import type { FailureRule } from '../../src/sandbox/stripe/index.ts'
import { disturb } from '../faults/chaos/disturb.ts'
import { sparedIn } from '../faults/exemptions.ts'
import { openPostgresProxy } from '../faults/postgres-proxy.ts'
import { openQueueProxy } from '../faults/queue-proxy.ts'
import { createRandom } from './random.ts'

interface Parts {
  readonly url: string
  readonly queue: { readonly endpoint: string }
  readonly sandbox: { fail(rule: FailureRule): () => void }
}

/**
 * `npm run faults -- --suite 0.05 --seed 7`: of the worker's statements, calls to the queue and requests to the provider so
 * many go wrong, in every test that sets up a worker. What the worker is to be told then; nothing without.
 */
export async function standInTheWay({ url, queue, sandbox }: Parts): Promise<Readonly<Record<string, string>>> {
  if (!isDisturbed()) return {}
  const { testPath = '', currentTestName = '' } = expect.getState()
  const file = relative(fileURLToPath(new URL('..', import.meta.url)), testPath)
  const spared = sparedIn(file, currentTestName)
  const postgres = spared.includes('database') ? undefined : await openPostgresProxy(url)
  const calls = spared.includes('queue') ? undefined : await openQueueProxy(queue.endpoint)
  const ways = { postgres, queue: calls, sandbox: spared.includes('provider') ? undefined : sandbox }
  disturb(ways, { random: createRandom(seedOf(`${process.env.SEED ?? 1} ${file} ${currentTestName}`)), rate: rate() })
  onTestFinished(async () => {
    await Promise.all([postgres?.close(), calls?.close()])
  })
  return {
    ...(postgres && { ConnectionStrings__DefaultConnection: postgres.url }),
    ...(calls && { Queue__Endpoint: calls.endpoint }),
    Worker__LeaseSeconds: '5',
  }
}

const rate = () => Number(process.env.FAULTS ?? 0)

/** Whether calls go wrong besides what a test itself does. */
export const isDisturbed = () => rate() > 0

/** Each test has faults of its own. */
const seedOf = (text: string) => createHash('sha256').update(text).digest().readUInt32BE()

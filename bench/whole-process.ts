import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { coldStartProgram, workerBundle } from './build.ts'
import type { ColdStart } from './cold-start.ts'
import { apiKey } from './contestants/contestant.ts'
import { tenantId, workerEnvironment } from './contestants/worker.ts'
import { deployedEnvironment } from './deployed.ts'
import type { Database } from './postgres.ts'
import { startProgram } from './program.ts'
import { type Conditions, sharedNow } from './server/protocol.ts'
import type { StripeServer } from './stripe-server.ts'

/** Times in milliseconds of the clock that all processes share. */
export interface WholeProcess extends ColdStart {
  readonly spawnedAt: number
}

interface Job {
  readonly server: Pick<StripeServer, 'url'>
  readonly database: Database
  /** Null: the default set. */
  readonly resources: readonly string[] | null
  /** More of the message's `additionalData`. */
  readonly additionalData?: object
}

/** Runs one job in a fresh process, as Lambda's first invocation does: from the process’s start to the handler's return. */
export async function runWholeProcess(
  { server, database, resources, additionalData }: Job,
  { accountPerSecond, endpointPerSecond }: Pick<Conditions, 'accountPerSecond' | 'endpointPerSecond'>,
): Promise<WholeProcess> {
  const body = JSON.stringify({
    jobId: randomUUID(),
    tenantId,
    providerName: 'stripe',
    accessToken: apiKey,
    additionalData: { ...additionalData, ...(resources && { resources }) },
  })
  const limits = { perSecond: accountPerSecond ?? 10_000, endpointPerSecond: endpointPerSecond ?? 10_000 }
  const spawnedAt = sharedNow()
  const child = startProgram(coldStartProgram, [workerBundle, body], {
    ...deployedEnvironment(),
    ...workerEnvironment({ databaseUrl: database.url, stripeUrl: server.url, ...limits }),
  })
  const unknown: ColdStart = { loadedAt: Number.NaN, endedAt: Number.NaN }
  const answer = once(child, 'message').then(([message]) => message as ColdStart)
  const times = await Promise.race([answer, once(child, 'exit').then(() => unknown)])
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return { spawnedAt, ...times }
}

import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'
import { type Exemption, isDisturbed } from '../support/faults.ts'
import { context, jobRequest, type RequestFields, setup, sqsEvent } from '../support/setup.ts'
import type { SqsWorker } from '../support/sqs-worker.ts'

/** An account with a server of its own, and a worker that reads it. */
export interface Endpoint {
  readonly sandbox: Sandbox
  readonly key: string
  /** The account with its mode, as rows have it. */
  readonly name: string
  readonly live: boolean
  readonly worker: SqsWorker
}

/** A tenant with several Stripe accounts in a database of its own. Restricted keys may not ask which account they belong to. */
export async function openTenant(settings: Readonly<Record<string, string>> = {}, exempt?: Exemption) {
  return tenantIn(await setup({ sandbox: { customers: 1 }, settings, ...(exempt && { exempt }) }))
}

/** A tenant of a database that others may share. */
export function tenantIn(parts: Awaited<ReturnType<typeof setup>>) {
  const tenantId = randomUUID()
  async function account(id: string, seed: number, key: string): Promise<Endpoint> {
    const sandbox = await openCheckedStripe({
      customers: 30,
      seed,
      limits: 'none',
      account: id,
      restrictedAccount: true,
    })
    onTestFinished(async () => void (await sandbox.close()))
    const worker = await parts.openWorker({ Stripe__ApiBase: sandbox.url })
    const live = !key.includes('_test_')
    return { sandbox, key, live, name: live ? id : `${id}:test`, worker }
  }
  /** Hands a job to the account's worker; where calls go wrong besides, again, as its queue would, until it is done with. */
  async function sync(
    { sandbox, key, worker }: Endpoint,
    { remainingMs = 900_000, ...fields }: RequestFields & { remainingMs?: number } = {},
  ) {
    const request = jobRequest({ tenantId, accessToken: key, ...fields })
    const before = sandbox.stats().requests
    for (let again = isDisturbed() ? 9 : 0; ; again--) {
      const answer = await worker.handle(sqsEvent([JSON.stringify(request)]), context(remainingMs))
      if (answer.batchItemFailures.length === 0 || again <= 0) break
    }
    const row = await parts.job(request.jobId)
    return { row, result: row?.result as SyncJobResult, requests: sandbox.stats().requests - before, request }
  }
  /** A worker that falls silent after so many pages and loses its lease; the job is as its last commit left it. */
  async function kill({ sandbox, key, worker }: Endpoint, fields: RequestFields, pages: number) {
    const request = jobRequest({ tenantId, accessToken: key, ...fields })
    const heal = sandbox.fail({ kind: 'hang', path: /^\/v1\/(customers|events)/, after: pages })
    const running = worker.handle(sqsEvent([JSON.stringify(request)]), context(900_000))
    // Half a second, or as long as a busy machine takes for the first commit.
    for (let waits = 0; waits < 30; waits++) {
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 100))])
      if (waits >= 3 && (pages === 0 || Number((await parts.job(request.jobId))?.fetched) > 0)) break
    }
    heal()
    await parts.query(
      `update sync_jobs set lease_until = now() - interval '1 second', fence = fence + 1 where id = $1 and status = 'running'`,
      [request.jobId],
    )
    return { request, running }
  }
  /** Ids of the live rows of each account. */
  async function liveIds(table = 'customers'): Promise<Record<string, readonly string[]>> {
    const rows = await parts.query<{ account: string; ids: string[] }>(
      `select account, array_agg(id order by id) as ids from ${table} where tenant_id = $1 and deleted_at is null group by account`,
      [tenantId],
    )
    return Object.fromEntries(rows.map(({ account: name, ids }) => [name, ids]))
  }
  /** Ids that the accounts have at the provider. */
  const idsOf = (...endpoints: readonly Endpoint[]) =>
    Object.fromEntries(
      endpoints.map(({ sandbox, live, name }) => [
        name,
        sandbox
          .expected('customers', live)
          .map(({ id }) => String(id))
          .sort(),
      ]),
    )
  return { ...parts, tenantId, account, sync, kill, liveIds, idsOf }
}

import { expect, onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import type { ErasureDeps } from '../../src/erasure/pass.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { createProviders } from '../../src/providers/index.ts'
import { compare } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

const start = Date.UTC(2026, 9, 1) / 1_000

/** A tenant with a synced account, and what it takes to erase from it. */
export async function openHouse(options: SetupOptions = {}) {
  const parts = await setup({ ...options, sandbox: { customers: 30, now: start, ...options.sandbox } })
  const config = readConfig({ environment: parts.environment, file: undefined })
  // Erasing is the tables' owner's; the worker's login may not.
  const owner = parseConnectionString(`${parts.url}?sslmode=disable`)
  const database = await openDatabase(owner, { connections: 2, applicationName: 'erase' })
  onTestFinished(database.close)
  const { tenantId } = jobRequest()
  const provider = createProviders(providerSettings(config))('stripe')
  const account = { tenantId, provider: 'stripe', ownership: ownershipOf(provider.resources) }
  const erasing: ErasureDeps = { dryRun: false, within: (work) => database.tenant(tenantId).within(work) }
  return {
    ...parts,
    tenantId,
    account,
    erasing,
    database,
    request: (resources: readonly string[] | undefined, syncType = 'full') =>
      jobRequest({ tenantId, additionalData: { resources, sync_type: syncType } }),
    /** Runs one job to its end; its proofs must not find a difference. */
    async sync(resources: readonly string[] | undefined, syncType = 'full') {
      const request = jobRequest({ tenantId, additionalData: { resources, sync_type: syncType } })
      expect(await parts.deliver(request)).toEqual({ batchItemFailures: [] })
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      const result = row?.result as SyncJobResult
      expect(unproven(result)).toEqual([])
      return { row, result }
    },
    /** What npm run verify finds to differ, and how much it finds erased. */
    async verify() {
      const connected = provider.connect({ tenantId, accessToken: 'sk_live_sandbox' })
      const resources = provider.resources.filter(({ optional }) => !optional).map(({ name }) => name)
      const [last] = await parts.query<{ second: number }>(
        `select extract(epoch from max(cursor))::float8 as second from sync_cursors`,
      )
      const differing: object[] = []
      let erased = 0
      const fresh = { db: database.tenant(tenantId), clock: systemClock, account: connected, ...account, resources }
      for await (const one of compare({ ...fresh, before: last!.second })) {
        if (one.kind === 'skipped') continue
        erased += one.erased
        if (one.missing + one.unlisted > 0) differing.push(one)
      }
      connected.close()
      return { differing, erased }
    },
  }
}

/** Resources whose proof finds a difference. */
export const unproven = ({ resources }: SyncJobResult) =>
  Object.entries(resources).filter(([, { proof }]) => proof && (!proof.equal || proof.differs.length > 0))
/** How much of each resource was left out. */
export const erasedIn = ({ resources }: SyncJobResult) =>
  Object.fromEntries(Object.entries(resources).flatMap(([name, { erased }]) => (erased ? [[name, erased]] : [])))

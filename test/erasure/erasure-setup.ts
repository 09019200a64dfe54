import { expect, onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { everyAccount } from '../../src/db/account-key.ts'
import { openDatabase } from '../../src/db/open.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import type { ErasureDeps } from '../../src/erasure/pass.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { createProviders } from '../../src/providers/index.ts'
import { compare, isEqual } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'
import type { Exemption } from '../support/faults.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/** For jobs that commit after an erasure. */
export const exempt: Exemption = {
  calls: ['database'],
  because: 'One commit makes dozens of statements. If one in twenty is cut, hardly a commit succeeds.',
}

const start = Date.UTC(2026, 9, 1) / 1_000

/** A tenant with an account in the sandbox, and the dependencies of an erasure. */
export async function openErasure(options: SetupOptions = {}) {
  const parts = await setup({ ...options, sandbox: { customers: 30, now: start, ...options.sandbox } })
  const config = readConfig({ environment: parts.environment, file: undefined })
  // Only the owner of the tables may erase; the worker's login may not.
  const owner = parseConnectionString(`${parts.url}?sslmode=disable`)
  const database = await openDatabase(owner, { connections: 2, applicationName: 'erase' })
  onTestFinished(database.close)
  const { tenantId } = jobRequest()
  const provider = await createProviders(providerSettings(config))('stripe')
  const account = { tenantId, provider: 'stripe', account: everyAccount, ownership: ownershipOf(provider.resources) }
  const deps: ErasureDeps = { dryRun: false, within: (work) => database.tenant(tenantId).within(work) }
  return {
    ...parts,
    tenantId,
    account,
    deps,
    database,
    request: (resources: readonly string[] | undefined, syncType = 'full') =>
      jobRequest({ tenantId, additionalData: { resources, sync_type: syncType } }),
    /** Runs one job to its end. Its counts must match the stored rows. */
    async sync(resources: readonly string[] | undefined, syncType = 'full') {
      const request = jobRequest({ tenantId, additionalData: { resources, sync_type: syncType } })
      expect(await parts.deliver(request)).toEqual({ batchItemFailures: [] })
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      const result = row?.result as SyncJobResult
      expect(mismatches(result)).toEqual([])
      return { row, result }
    },
    /** The resources that `verify` finds to differ, and the number of items that it finds erased. */
    async verify() {
      const connected = provider.connect({ tenantId, accessToken: 'sk_live_sandbox' })
      const resources = provider.resources.filter(({ optional }) => !optional).map(({ name }) => name)
      const [last] = await parts.query<{ second: number }>(
        `select extract(epoch from max(cursor))::float8 as second from sync_cursors`,
      )
      const differing: object[] = []
      let erased = 0
      const { account: name } = await connected.identify(new AbortController().signal)
      const owner = { tenantId, provider: 'stripe', account: name ?? '' }
      const { ownership } = account
      const fresh = {
        db: database.tenant(tenantId),
        clock: systemClock,
        account: connected,
        owner,
        ownership,
        resources,
      }
      for (const comparison of await compare({ ...fresh, before: Math.floor(last!.second) })) {
        if (comparison.kind === 'skipped') continue
        erased += comparison.erased
        if (!isEqual(comparison)) differing.push(comparison)
      }
      connected.close()
      return { differing, erased }
    },
  }
}

/** Resources whose counted items do not match the stored rows. */
export const mismatches = ({ resources }: SyncJobResult) =>
  Object.entries(resources).filter(([, { proof }]) => proof && (!proof.equal || proof.differs.length > 0))
/** The number of excluded items of each resource. */
export const erasedIn = ({ resources }: SyncJobResult) =>
  Object.fromEntries(Object.entries(resources).flatMap(([name, { erased }]) => (erased ? [[name, erased]] : [])))

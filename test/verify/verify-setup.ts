import { expect, onTestFinished } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { createProviders } from '../../src/providers/index.ts'
import { type Comparison, compare, isEqual } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/** A tenant whose account is synced, changed in the tables, and verified. */
export async function openVerified(resources: readonly string[], options: SetupOptions = {}) {
  const parts = await setup({ ...options, sandbox: { customers: 20, ...options.sandbox } })
  const config = readConfig({ environment: parts.environment, file: undefined })
  const login = parseConnectionString(`${parts.url}?sslmode=disable`)
  const database = await openDatabase(login, { connections: 2, applicationName: 'verify' })
  onTestFinished(database.close)
  const { tenantId } = jobRequest()
  const provider = await createProviders(providerSettings(config))('stripe')
  const names = provider.resources.filter(({ name }) => resources.includes('*') || resources.includes(name))
  return {
    ...parts,
    tenantId,
    provider,
    async sync(additionalData: object = {}) {
      const request = jobRequest({ tenantId, additionalData: { resources, ...additionalData } })
      expect(await parts.deliver(request)).toEqual({ batchItemFailures: [] })
      const row = await parts.job(request.jobId)
      expect(row).toMatchObject({ status: 'completed', error: null })
      return row?.result as SyncJobResult
    },
    /** What `verify` prints, by resource and nested list. */
    async verify(): Promise<Readonly<Record<string, Comparison>>> {
      const account = provider.connect({ tenantId, accessToken: 'sk_live_sandbox' })
      const [last] = await parts.query<{ second: number }>(
        `select floor(extract(epoch from max(cursor)))::float8 as second from sync_cursors where tenant_id = $1`,
        [tenantId],
      )
      const compared = await compare({
        db: database.tenant(tenantId),
        clock: systemClock,
        account,
        owner: { tenantId, provider: 'stripe', account: 'acct_sandbox' },
        ownership: ownershipOf(provider.resources),
        resources: names.map(({ name }) => name),
        before: last!.second,
      })
      account.close()
      const comparisons = compared.filter((comparison) => comparison.kind === 'compared')
      return Object.fromEntries(comparisons.map((comparison) => [comparison.resource, comparison]))
    },
  }
}

/** The comparisons in which something differs, without what is the same in all. */
export const differing = (comparisons: Readonly<Record<string, Comparison>>) =>
  Object.fromEntries(
    Object.entries(comparisons)
      .filter(([, comparison]) => !isEqual(comparison))
      .map(([name, { missing, changed, extra, unchecked, examples }]) => [
        name,
        { missing, changed, extra, unchecked, examples },
      ]),
  )

import { systemClock } from '../../clock.ts'
import { openDatabase } from '../../db/open.ts'
import { ownershipOf } from '../../erasure/ownership.ts'
import type { Stack } from '../../local/stack.ts'
import { openProviders } from '../../providers/index.ts'
import { type Comparison, compare, isEqual, type NotCompared } from '../../verify/compare.ts'
import { providerSettings } from '../../worker.ts'

interface CheckOptions {
  readonly tenant: string
  readonly provider: string
  /** In `sync_accounts`. */
  readonly account: string
  readonly resources: readonly string[]
}

/** Lists the account once more and compares it with the tables, as `verify` does, up to this second. */
export async function checkCopy(
  stack: Stack,
  { tenant, provider: name, account: accountName, resources }: CheckOptions,
): Promise<readonly (Comparison | NotCompared)[]> {
  const provider = await (await openProviders(providerSettings(stack.config)))(name)
  const database = await openDatabase(stack.database, { connections: 2, applicationName: 'check' })
  const account = provider.connect({ tenantId: tenant, accessToken: undefined })
  try {
    return await compare({
      db: database.tenant(tenant),
      clock: systemClock,
      account,
      owner: { tenantId: tenant, provider: name, account: accountName },
      ownership: ownershipOf(provider.resources),
      resources,
      before: Math.floor(Date.now() / 1_000) + 1,
    })
  } finally {
    account.close()
    await database.close()
  }
}

/** What the check found, in words, and whether all is equal. */
export function describeCheck(results: readonly (Comparison | NotCompared)[]) {
  const compared = results.filter((result) => result.kind === 'compared')
  const differing = compared.filter((result) => !isEqual(result))
  const skipped = results.filter((result) => result.kind === 'skipped')
  const rows = compared.reduce((sum, { live }) => sum + live, 0)
  const places = `${compared.length} tables, ${rows.toLocaleString('en')} rows`
  return {
    isEqual: differing.length === 0 && skipped.length === 0 && compared.length > 0,
    lines: [
      differing.length === 0
        ? `the copy equals the account: ${places}`
        : `the copy differs from the account: ${places}`,
      ...differing.map(
        ({ resource, missing, changed, extra, unchecked, examples }) =>
          `${resource}: ${missing} missing, ${changed} changed, ${extra} extra, ${unchecked} not asked for  ${examples.join(' ')}`,
      ),
      ...skipped.map(({ resource, reason }) => `${resource} could not be read: ${reason}`),
    ],
  }
}

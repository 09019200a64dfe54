import { systemClock } from '../../src/clock.ts'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { readConfig } from '../../src/config/load.ts'
import { openDatabase } from '../../src/db/open.ts'
import { ownershipOf } from '../../src/erasure/ownership.ts'
import { createProviders } from '../../src/providers/index.ts'
import { type Comparison, compare, isEqual, type NotCompared } from '../../src/verify/compare.ts'
import { providerSettings } from '../../src/worker.ts'

interface Compared {
  readonly stack: { readonly environment: Record<string, string>; readonly url: string }
  readonly provider: string
  readonly tenantId: string
  readonly accessToken: string
  /** The account with its mode, as rows have it. */
  readonly account: string
  readonly before: number
  /** Absent: the default resources. */
  readonly resources?: readonly string[]
}

/** What `verify` finds in the default resources of an account, also in those that are equal or skipped. */
export async function compareAccount({
  stack,
  tenantId,
  accessToken,
  before,
  ...names
}: Compared): Promise<readonly (Comparison | NotCompared)[]> {
  const config = readConfig({ environment: stack.environment, file: undefined })
  const provider = await createProviders(providerSettings(config))(names.provider)
  const login = parseConnectionString(`${stack.url}?sslmode=disable`)
  const database = await openDatabase(login, { connections: 2, applicationName: 'verify' })
  const account = provider.connect({ tenantId, accessToken })
  try {
    return await compare({
      db: database.tenant(tenantId),
      clock: systemClock,
      account,
      owner: { tenantId, provider: names.provider, account: names.account },
      ownership: ownershipOf(provider.resources),
      resources: names.resources ?? provider.resources.filter(({ optional }) => !optional).map(({ name }) => name),
      before,
    })
  } finally {
    account.close()
    await database.close()
  }
}

interface Differing extends Pick<Comparison, 'resource' | 'missing' | 'changed' | 'extra' | 'unchecked'> {}

/** The resources and nested lists that differ, and those that were skipped. */
export const differingIn = (compared: readonly (Comparison | NotCompared)[]): readonly (Differing | NotCompared)[] =>
  compared.flatMap((comparison): (Differing | NotCompared)[] => {
    if (comparison.kind === 'skipped') return [comparison]
    const { resource, missing, changed, extra, unchecked } = comparison
    return isEqual(comparison) ? [] : [{ resource, missing, changed, extra, unchecked }]
  })

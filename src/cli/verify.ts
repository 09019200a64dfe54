import { sql } from 'drizzle-orm'
import * as z from 'zod'
import { systemClock } from '../clock.ts'
import { openConfig } from '../config/load.ts'
import type { AccountKey } from '../db/account-key.ts'
import { openDatabase, type TenantDatabase } from '../db/open.ts'
import { ownershipOf } from '../erasure/ownership.ts'
import { openStack, type Stack } from '../local/stack.ts'
import type { Provider } from '../provider/contract.ts'
import { resourceOrder } from '../provider/resource-order.ts'
import { openProviders } from '../providers/index.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { createSecrets } from '../secrets/secrets.ts'
import { type Comparison, compare, isEqual, type NotCompared } from '../verify/compare.ts'
import { repairsOf } from '../verify/repair.ts'
import { providerSettings } from '../worker.ts'
import { defineCommand, type Invocation } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { openLocalProviders, tokenIn } from './local-providers.ts'
import { option } from './options.ts'
import { openProgressBar } from './progress-bar.ts'
import { readResources } from './resource-names.ts'
import { syncOptions } from './sync-options.ts'
import { formatTable } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'

const options = z.object({
  ...syncOptions,
  resources: option(
    'A,B',
    'these resources, default or all; else those that the last jobs of the tenant have synced',
    z.string().optional(),
  ),
  account: option('ID', 'the account of a platform whose rows these are: acct_…', z.string().optional()),
})

type VerifyOptions = z.infer<typeof options>

/** Compares the tables with the provider. */
export const verify = defineCommand({
  name: 'verify',
  about: `Reads the lists of the provider again and compares them with the tables, up to the last sync: each payload, the columns made
from it, and the rows of nested lists. Writes nothing. Prints a line for each resource, and the job that repairs a difference.
Ends with 1 if there is a difference. Without configuration it compares what npm start left behind: give it the same
--customers and --density.`,
  options,
  async run(invocation) {
    const { options } = invocation
    const { config, find } = await openLocalProviders(await openConfig(openSettings))
    // Wrong names are refused before anything starts.
    readNames(options, await find(options.provider))
    const token = tokenIn(options.tokenEnv)
    const stack = await openStack(config, { ...options, token, providers: [options.provider] })
    try {
      return await verifyWith(stack, invocation)
    } finally {
      await stack.close()
    }
  },
})

const accountUnknown =
  'The key may not ask which account it belongs to. Name it with --account, or use a key that may read its account.'

async function verifyWith(stack: Stack, { options: given, terminal }: Invocation<VerifyOptions>): Promise<number> {
  const provider = await (await openProviders(providerSettings(stack.config)))(given.provider)
  const database = await openDatabase(stack.database, { connections: 2, applicationName: 'verify' })
  const account = provider.connect(await credentialsOf(stack, given))
  try {
    const db = database.tenant(given.tenant)
    const name = account.id ?? (await account.identify(new AbortController().signal)).account
    if (name === null) throw new Error(accountUnknown)
    const last = await lastSync(db, { tenantId: given.tenant, provider: provider.name, account: name })
    const order = resourceOrder(provider)
    const resources = readNames(given, provider) ?? order.filter((name) => last.resources.includes(name))
    const before = last.upTo(resources)
    terminal.print(`  compared up to ${new Date(before * 1_000).toISOString()}\n`)
    const bar = openProgressBar(terminal.out)
    let compared: readonly (Comparison | NotCompared)[] | undefined
    try {
      compared = await compare({
        db,
        clock: systemClock,
        account,
        owner: { tenantId: given.tenant, provider: provider.name, account: name },
        ownership: ownershipOf(provider.resources),
        resources,
        before,
        onProgress: ({ listed, left }) => bar.show({ fetched: listed, share: listed / Math.max(1, listed + left) }),
      })
    } finally {
      bar.end(compared !== undefined)
    }
    return printAll(compared, terminal)
  } finally {
    account.close()
    await database.close()
  }
}

/** A custom provider's token may be a reference to a secret, as in a message. @throws SyncError */
async function credentialsOf({ tokens, config }: Stack, { provider, tenant: tenantId, account }: VerifyOptions) {
  const { [provider]: token } = tokens
  if (token === undefined) return { tenantId, accessToken: account }
  const { Prefix: prefix, Endpoint: endpoint, Region: region } = config.Secrets
  const secrets = createSecrets({ prefix, endpoint, region }, systemClock)
  return { tenantId, accessToken: await secrets.open({ tenantId, accessToken: token }), account }
}

/** Names of resources; undefined if the command line names none. @throws UsageError */
function readNames({ resources }: VerifyOptions, provider: Provider): readonly string[] | undefined {
  if (resources === undefined) return undefined
  const names = readResources(resources, provider)
  return provider.resources
    .filter(({ name, optional }) => (names ? names.includes('*') || names.includes(name) : !optional))
    .map(({ name }) => name)
}

/** @returns the exit code */
function printAll(compared: readonly (Comparison | NotCompared)[], { print, out }: Terminal): number {
  const comparisons = compared.filter((comparison) => comparison.kind === 'compared')
  const rare = (['hidden', 'unchecked', 'rejected', 'erased'] as const).filter((name) =>
    comparisons.some((comparison) => comparison[name] > 0),
  )
  const rows = comparisons.map((comparison) => ({
    resource: comparison.resource,
    listed: comparison.listed,
    live: comparison.live,
    missing: comparison.missing,
    changed: comparison.changed,
    extra: comparison.extra,
    ...Object.fromEntries(rare.map((name) => [name, comparison[name]])),
    equal: isEqual(comparison) ? 'yes' : 'NO',
    examples: comparison.examples.join(' ') || null,
  }))
  if (rows.length > 0) print(`\n${formatTable(rows, { widest: 120, line: lineWidth(out) })}`)
  const skipped = compared.filter((comparison) => comparison.kind === 'skipped')
  if (skipped.length > 0) print('')
  for (const { resource, reason } of skipped) print(`  ${resource} skipped: ${reason}`)
  const differing = comparisons.filter((comparison) => !isEqual(comparison))
  if (differing.length > 0) print('')
  for (const sentence of repairsOf(comparisons)) print(`  ${sentence}`)
  return comparisons.length > 0 && differing.length === 0 ? exitCodes.done : exitCodes.failed
}

interface LastSync {
  /** The second up to which the tables of these resources claim to be complete: that of the oldest cursor. */
  upTo(resources: readonly string[]): number
  /** Resources that the tenant's jobs have synced, and those that the last jobs had to skip. */
  readonly resources: readonly string[]
}

async function lastSync(db: TenantDatabase, { tenantId, provider, account }: AccountKey): Promise<LastSync> {
  const cursors = sql`
    select cursor.resource, extract(epoch from cursor.cursor)::float8 as second,
      coalesce((select array_agg(name) from sync_jobs as job, jsonb_each(job.result -> 'resources') as each(name, counts)
        where job.tenant_id = cursor.tenant_id and job.id = cursor.job_id and counts ? 'skipped'), '{}') as skipped
    from sync_cursors as cursor
    where cursor.tenant_id = ${tenantId}::uuid and cursor.provider = ${provider} and cursor.account = ${account}`
  const { rows } = await db.read((tx) => tx.execute<{ resource: string; second: number; skipped: string[] }>(cursors))
  if (rows.length === 0)
    throw new Error(
      `No sync of tenant ${tenantId} (account ${account}) has completed in this database. Run npm start, or name another tenant with --tenant.`,
    )
  return {
    resources: rows.flatMap(({ resource, skipped }) => [resource, ...skipped]),
    upTo(resources) {
      const named = rows.filter(({ resource }) => resources.includes(resource))
      return Math.floor(Math.min(...(named.length > 0 ? named : rows).map(({ second }) => second)))
    },
  }
}

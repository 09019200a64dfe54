import { sql } from 'drizzle-orm'
import { systemClock } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import { openDatabase, type TenantDatabase } from '../db/open.ts'
import { openParts } from '../local/stack.ts'
import { createProviders } from '../providers/index.ts'
import { type Comparison, verify } from '../verify/compare.ts'
import { providerSettings } from '../worker.ts'
import { readArguments } from './arguments.ts'
import { formatTable } from './table.ts'

const help = `npm run verify -- [--tenant UUID] [--resources A,B] [--account acct_…]

Lists what Stripe has once more and compares it id by id with the tables, up to the last sync. Writes nothing. Prints a
line a resource; exit code 1 where they differ. Without configuration it compares what npm start left behind, so give it
the same --customers and --density.`

/** Compares the tables with the provider: `npm run verify`. */
async function main(): Promise<number> {
  const args = process.argv.slice(2)
  const at = args.indexOf('--account')
  const accessToken = at < 0 ? undefined : args.splice(at, 2)[1]
  if (!args.includes('--resources')) args.push('--resources', 'default')
  const options = readArguments(args)
  if (options.help) {
    console.log(help)
    return 0
  }
  const parts = await openParts(loadConfig(), options)
  const database = await openDatabase(parts.database, { connections: 2, applicationName: 'verify' })
  const db = database.tenant(options.tenant)
  try {
    const provider = createProviders(providerSettings(parts.config))('stripe')
    const account = provider.connect({ tenantId: options.tenant, accessToken })
    const before = await lastSync(
      db,
      options.tenant,
      account.id ?? (await account.identify(new AbortController().signal)).account,
    )
    const asked = options.resources
    const all = provider.resources.filter(({ name, optional }) =>
      asked ? asked.includes('*') || asked.includes(name) : !optional,
    )
    const resources = all.map(({ name }) => name)
    console.log(`  compared up to ${new Date(before * 1_000).toISOString()}\n`)
    const compared: Comparison[] = []
    for await (const one of verify({
      db,
      clock: systemClock,
      account,
      tenantId: options.tenant,
      provider: provider.name,
      resources,
      before,
    })) {
      compared.push(one)
    }
    account.close()
    console.log(
      formatTable(
        compared.map((one) => ({
          ...one,
          equal: isEqual(one) ? 'yes' : 'NO',
          examples: one.examples.join(' ') || null,
        })),
      ),
    )
    return compared.length > 0 && compared.every(isEqual) ? 0 : 1
  } finally {
    await database.close()
    await parts.close()
  }
}

const isEqual = ({ missing, unlisted }: Comparison) => missing === 0 && unlisted === 0

/** The second up to which the tables claim to be complete. */
async function lastSync(db: TenantDatabase, tenantId: string, account: string): Promise<number> {
  const latest = sql`
    select extract(epoch from max(cursor))::float8 as second from sync_cursors
    where tenant_id = ${tenantId}::uuid and provider = 'stripe' and account = ${account}`
  const { rows } = await db.ask((tx) => tx.execute<{ second: number | null }>(latest))
  const second = rows[0]?.second
  if (second) return Math.floor(second)
  throw new Error(`No sync of tenant ${tenantId} (account ${account}) has completed in this database.`)
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)

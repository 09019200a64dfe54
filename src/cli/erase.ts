import { systemClock } from '../clock.ts'
import { parseConnectionString } from '../config/connection-string.ts'
import { loadConfig } from '../config/load.ts'
import { openDatabase } from '../db/open.ts'
import { patiently } from '../db/retry.ts'
import { type Erased, type Erasing, eraseCustomer } from '../erasure/customer.ts'
import { eraseTenant } from '../erasure/tenant.ts'
import { createDatabase, openPostgres } from '../local/postgres.ts'
import { localDataDirectory } from '../local/stack.ts'
import { createProviders } from '../providers/index.ts'
import { providerSettings } from '../worker.ts'
import { type EraseOptions, eraseHelp, eraseReach, readEraseArguments } from './erase-arguments.ts'
import { formatTable } from './table.ts'

type Database = Parameters<typeof openDatabase>[0]

/** Erases a customer or a tenant from the configured database, else from the embedded one: `npm run erase`. */
async function main(args: readonly string[]): Promise<void> {
  const options = readEraseArguments(args)
  if (options.help) return console.log(eraseHelp)
  const config = loadConfig()
  createProviders(providerSettings(config))(options.provider)
  if (config.database) return erase(config.database, options)
  const postgres = await openPostgres({ dataDir: localDataDirectory })
  try {
    const url = await createDatabase(postgres.url, 'billing', { ifMissing: true })
    await erase(parseConnectionString(`${url}?sslmode=disable`), options)
  } finally {
    if (!postgres.reused) await postgres.stop()
  }
}

async function erase(settings: Database, { tenant, provider, customer, dryRun }: EraseOptions): Promise<void> {
  const database = await openDatabase(settings, { connections: 1, applicationName: 'erase' })
  const db = database.tenant(tenant)
  const forever = new AbortController().signal
  const erasing: Erasing = {
    dryRun,
    // What is half done when a connection breaks is done again: nothing here can be done twice.
    within: (work) => patiently(() => db.within(work), systemClock, forever),
  }
  try {
    const erased = customer
      ? await eraseCustomer(erasing, { tenantId: tenant, provider }, customer)
      : await eraseTenant(erasing, tenant)
    print(erased, { tenant, customer, dryRun })
  } finally {
    await database.close()
  }
}

function print({ removed, fenced }: Erased, { tenant, customer, dryRun }: Partial<EraseOptions>): void {
  const whom = customer ? `customer ${customer} of tenant ${tenant}` : `tenant ${tenant}`
  const rows = [...removed].map(([table, count]) => ({ table, [dryRun ? 'would go' : 'removed']: count }))
  if (rows.length > 0) console.log(`${formatTable(rows)}\n`)
  const total = [...removed.values()].reduce((sum, count) => sum + count, 0)
  if (dryRun) {
    console.log(`  Nothing was changed: of ${whom}, ${total} rows would go.`)
    if (customer) console.log(`  ${eraseReach}`)
    return
  }
  for (const job of fenced)
    console.log(
      customer
        ? `  Job ${job} was running and was taken from its worker; its message brings it back once its lease is over.`
        : `  Job ${job} was running; its worker can write nothing any more.`,
    )
  const later = customer ? 'later syncs leave out what is about it' : 'its later jobs fail with tenant_erased'
  console.log(`  ${total === 0 ? 'Nothing was found' : `${total} rows removed`} of ${whom}; ${later}.`)
  if (customer) console.log(`  ${eraseReach}`)
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)

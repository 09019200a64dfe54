import { sql } from 'drizzle-orm'
import { systemClock } from '../clock.ts'
import type { ConnectionSettings } from '../config/connection-string.ts'
import { type Config, openConfig } from '../config/load.ts'
import { everyAccount } from '../db/account-key.ts'
import { openDatabase, type TenantDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { eraseAccount } from '../erasure/account.ts'
import { eraseCustomer } from '../erasure/customer.ts'
import { type Ownership, ownershipOf } from '../erasure/ownership.ts'
import type { ErasureDeps, ErasureResult } from '../erasure/pass.ts'
import { type ErasureRequest, hasOpenExport, objectsOf } from '../erasure/requests.ts'
import { eraseTenant } from '../erasure/tenant.ts'
import { isTenantErased } from '../erasure/tombstones.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { withDatabase } from './database.ts'
import { closedMonths, type EraseOptions, eraseDetails, eraseOptions, eraseReach } from './erase-options.ts'
import { carryOutPending, listPending, type RowCounts } from './erasure/pending.ts'
import { exitCodes } from './exit-codes.ts'
import { findProvider } from './find-provider.ts'
import { formatTable } from './table.ts'
import type { Terminal } from './terminal.ts'

/** Erases a customer or a tenant from the configured database, else from the embedded one. */
export const erase = defineCommand({
  name: 'erase',
  about: 'Erases a customer, or a tenant with all its data, from the database.',
  options: eraseOptions,
  details: eraseDetails,
  async run({ options, terminal }) {
    const config = await openConfig(openSettings)
    const { tenant } = options
    if (options.pending || tenant === undefined) return erasePending(config, options, terminal)
    const { resources } = await findProvider(options.provider ?? 'stripe', config)
    const ownership = ownershipOf(resources)
    await withDatabase(config, (settings) => eraseFrom(settings, { ...options, tenant, ownership }, terminal))
    return exitCodes.done
  },
})

/** Erases what providers ask for. @returns the exit code */
async function erasePending(config: Config, { tenant, dryRun }: EraseOptions, terminal: Terminal): Promise<number> {
  return withDatabase(config, async (settings) => {
    const database = await openDatabase(settings, { connections: 1, applicationName: 'erase' })
    const work = { database, tenantId: tenant, kinds: ['erase-customer', 'erase-account'] as const, terminal }
    try {
      if (dryRun) {
        await listPending(work)
        return exitCodes.done
      }
      const { done, open } = await carryOutPending({ ...work, carryOut: eraseRequested(config) })
      if (done > 0) terminal.print(`  ${closedMonths}\n  ${eraseReach}`)
      return open > 0 ? exitCodes.failed : exitCodes.done
    } finally {
      await database.close()
    }
  })
}

const exportFirst =
  'An export of the same customer is open, and after the erasure it would be empty. Run billing-sync export --pending first.'

function eraseRequested(config: Config) {
  return async (request: ErasureRequest, deps: ErasureDeps): Promise<RowCounts> => {
    const { tenantId, provider, account, customer } = request
    const key = { tenantId, provider, account }
    if (await deps.within((tx) => hasOpenExport(tx, request))) throw new Error(exportFirst)
    if (customer === null) return (await eraseAccount(deps, key)).removed
    const ownership = ownershipOf((await findProvider(provider, config)).resources)
    const objects = await deps.within((tx) => objectsOf(tx, request))
    return (await eraseCustomer(deps, { ...key, customer, objects, ownership })).removed
  }
}

type ErasedByHand = EraseOptions & { readonly tenant: string }

async function eraseFrom(
  settings: ConnectionSettings,
  options: ErasedByHand & { readonly ownership: Ownership },
  terminal: Terminal,
): Promise<void> {
  const { tenant, provider = 'stripe', account = everyAccount, customer, dryRun, unknown, ownership } = options
  const database = await openDatabase(settings, { connections: 1, applicationName: 'erase' })
  const db = database.tenant(tenant)
  const deps: ErasureDeps = {
    dryRun,
    // What is half done when a connection breaks is done again: nothing here can be done twice.
    within: (work) => withRetry(() => db.within(work), { policy: whileWorking, clock: systemClock }),
  }
  try {
    if (!unknown && !(await isTenantKnown(db, deps, tenant))) throw new Error(unknownTenant(tenant))
    const erased = customer
      ? await eraseCustomer(deps, { tenantId: tenant, provider, account, customer, ownership })
      : await eraseTenant(deps, tenant)
    print(erased, options, terminal)
  } finally {
    await database.close()
  }
}

/** Whether the tenant has a job here, was erased before, or has rows whose jobs were removed. */
async function isTenantKnown(db: TenantDatabase, deps: ErasureDeps, tenant: string): Promise<boolean> {
  const known = sql`select exists (select from sync_jobs where tenant_id = ${tenant}::uuid) or ${isTenantErased(tenant)} as known`
  const { rows } = await db.read((tx) => tx.execute<{ known: boolean }>(known))
  return rows[0]?.known || total(await eraseTenant({ ...deps, dryRun: true }, tenant)) > 0
}

const unknownTenant = (tenant: string) =>
  `Tenant ${tenant} is not known in this database: it has no job and no rows. Nothing was changed. ` +
  'Check the UUID, or add --unknown if the tenant has not synced here yet.'

const total = ({ removed }: ErasureResult) => [...removed.values()].reduce((sum, count) => sum + count, 0)

function print(erased: ErasureResult, { tenant, customer, dryRun }: ErasedByHand, terminal: Terminal): void {
  const whom = customer ? `customer ${customer} of tenant ${tenant}` : `tenant ${tenant}`
  const rows = [...erased.removed].map(([table, count]) => ({ table, [dryRun ? 'would go' : 'removed']: count }))
  if (rows.length > 0) terminal.print(`${formatTable(rows)}\n`)
  if (dryRun) {
    terminal.print(`  Nothing was changed: of ${whom}, ${total(erased)} rows would go.`)
    if (customer) terminal.print(`  ${closedMonths}\n  ${eraseReach}`)
    return
  }
  for (const job of erased.fenced)
    terminal.print(
      customer
        ? `  Job ${job} was running and was taken from its worker; its message brings it back once its lease is over.`
        : `  Job ${job} was running; its worker can write nothing any more.`,
    )
  const later = customer ? 'later syncs leave out what is about it' : 'its later jobs fail with tenant_erased'
  const removed = total(erased) === 0 ? 'Nothing was found' : `${total(erased)} rows removed`
  terminal.print(`  ${removed} of ${whom}; ${later}.`)
  if (customer) terminal.print(`  ${total(erased) === 0 ? '' : `${closedMonths}\n  `}${eraseReach}`)
}

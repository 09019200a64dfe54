import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { systemClock } from '../clock.ts'
import { type Config, openConfig } from '../config/load.ts'
import { type AccountKey, everyAccount } from '../db/account-key.ts'
import { type OpenDatabase, openDatabase } from '../db/open.ts'
import { whileWorking, withRetry } from '../db/retry.ts'
import { exportCustomer } from '../erasure/export.ts'
import { ownershipOf } from '../erasure/ownership.ts'
import type { ErasureDeps } from '../erasure/pass.ts'
import { type ErasureRequest, objectsOf } from '../erasure/requests.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { withDatabase } from './database.ts'
import { customerId } from './erase-options.ts'
import { type ExportWriter, writeFileOf, writerTo } from './erasure/export-file.ts'
import { carryOutPending, listPending, type RowCounts } from './erasure/pending.ts'
import { exitCodes } from './exit-codes.ts'
import { findProvider } from './find-provider.ts'
import { flag, option, tenantId } from './options.ts'
import type { Terminal } from './terminal.ts'

const options = z
  .object({
    tenant: option('UUID', 'the tenant', tenantId.optional()),
    customer: option('ID', 'the customer, as the provider names it: cus_…', customerId.optional()),
    account: option(
      'ID',
      'only from this account of the tenant, with its mode: acct_1ABC or acct_1ABC:test (all accounts)',
      z.string().trim().optional(),
    ),
    provider: option('NAME', 'the provider of the customer (stripe)', z.string().trim().toLowerCase().optional()),
    out: option('PATH', 'a new file; with --pending a folder (standard output)', z.string().min(1).optional()),
    pending: flag('carry out the exports that providers ask for, a file each in the folder of --out'),
    dryRun: flag('with --pending: list what is asked for and change nothing'),
  })
  .refine(({ tenant, pending }) => tenant !== undefined || pending, { path: ['tenant'], message: 'takes a UUID' })
  .refine(({ customer, pending }) => customer !== undefined || pending, {
    path: ['customer'],
    message: 'takes an id as the provider has it',
  })
  .refine(({ pending, customer, account, provider }) => !pending || !(customer || account || provider), {
    message: '--pending goes with --tenant, --out and --dry-run alone: the requests say what is exported.',
  })
  .refine(({ pending, dryRun, out }) => !pending || dryRun || out, {
    message: '--pending needs --out FOLDER, or --dry-run, which lists what is asked for.',
  })
  .refine(({ pending, dryRun }) => pending || !dryRun, { message: '--dry-run goes with --pending.' })

type ExportOptions = z.infer<typeof options>

/** `export` is a word of the language. */
export const exportCommand = defineCommand({
  name: 'export',
  about: `Exports all that is stored of a customer: each row that an erasure of the customer would remove, with its payload.
Writes JSON lines: what is exported, then a row each with its table, and at the end how many there are of each table.`,
  options,
  details: `A file without the last line is not complete. What is written while it runs may be in it or not. Secrets are replaced by
[secret]. Read it before you pass it on: rows may name other persons too.

--pending carries out what providers ask for, of all tenants or of that of --tenant. Each request becomes the file
FOLDER/REQUEST.jsonl and is marked as answered, although passing it on is up to you. Ends with 1 if a request stays open.

Login: any that may read. --pending marks requests, as the owner of the tables.`,
  async run({ options: given, terminal }) {
    const config = await openConfig(openSettings)
    const { customer, tenant, provider = 'stripe', account = everyAccount } = given
    if (customer === undefined || tenant === undefined) return exportPending(config, given, terminal)
    const exported = { tenantId: tenant, provider, account, customer }
    await findProvider(provider, config)
    await withOpenDatabase(config, (database) => exportOne(config, { database, exported, out: given.out }, terminal))
    return exitCodes.done
  },
})

async function withOpenDatabase<T>(config: Config, work: (database: OpenDatabase) => Promise<T>): Promise<T> {
  return withDatabase(config, async (settings) => {
    const database = await openDatabase(settings, { connections: 1, applicationName: 'export' })
    return await work(database).finally(database.close)
  })
}

type Exported = AccountKey & { readonly customer: string; readonly objects?: readonly string[] }

async function exportOne(
  config: Config,
  { database, exported, out }: Pick<ExportOptions, 'out'> & { database: OpenDatabase; exported: Exported },
  terminal: Terminal,
): Promise<void> {
  const { read } = database.tenant(exported.tenantId)
  const within: ErasureDeps['within'] = (work) =>
    withRetry(() => read(work), { policy: whileWorking, clock: systemClock })
  const write = (writer: ExportWriter) => writeExport(config, { exported, within, writer })
  const rows = out === undefined ? await write(writerTo(terminal.out)) : await writeFileOf(out, write)
  const sum = [...rows.values()].reduce((total, count) => total + count, 0)
  const { customer, tenantId } = exported
  const summary = sum === 0 ? 'Nothing is stored' : `${sum} rows are exported`
  terminal.error.write(`${summary} of customer ${customer} of tenant ${tenantId}.\n`)
}

/** @returns the exit code */
async function exportPending(
  config: Config,
  { tenant, out = '.', dryRun }: ExportOptions,
  terminal: Terminal,
): Promise<number> {
  return withOpenDatabase(config, async (database) => {
    const work = { database, tenantId: tenant, kinds: ['export-customer'] as const, terminal }
    if (dryRun) {
      await listPending(work)
      return exitCodes.done
    }
    await mkdir(out, { recursive: true, mode: 0o700 })
    const carryOut = async (request: ErasureRequest, { within }: ErasureDeps): Promise<RowCounts> => {
      const { id, tenantId, provider, account, customer } = request
      const objects = await within((tx) => objectsOf(tx, request))
      const exported = { tenantId, provider, account, customer: customer ?? '', objects }
      const path = join(out, `${id}.jsonl`)
      const rows = await writeFileOf(path, (writer) => writeExport(config, { exported, within, writer }))
      terminal.print(`  ${path}`)
      return rows
    }
    const { open } = await carryOutPending({ ...work, carryOut })
    return open > 0 ? exitCodes.failed : exitCodes.done
  })
}

interface Exporting extends Pick<ErasureDeps, 'within'> {
  readonly exported: Exported
  readonly writer: ExportWriter
}

async function writeExport(config: Config, { exported, within, writer }: Exporting): Promise<RowCounts> {
  const { account, ...whose } = exported
  const where = account === everyAccount ? whose : { ...whose, account }
  const ownership = ownershipOf((await findProvider(exported.provider, config)).resources)
  await writer.line(JSON.stringify({ export: { ...where, exportedAt: new Date().toISOString() } }))
  const write = async (table: string, rows: readonly string[]) => {
    for (const row of rows) await writer.line(`{"table":${JSON.stringify(table)},"row":${row}}`)
  }
  const counts = await exportCustomer({ within, write }, { ...exported, ownership })
  await writer.line(JSON.stringify({ complete: true, rows: Object.fromEntries(counts) }))
  return counts
}

import pg from 'pg'
import * as z from 'zod'
import type { ConnectionSettings } from '../config/connection-string.ts'
import { openConfig } from '../config/load.ts'
import { seesAllTenants } from '../db/all-tenants.ts'
import { connect } from '../db/connection.ts'
import { stopLocalDatabase } from '../local/database.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { oneTenant, withDatabase } from './database.ts'
import { exitCodes } from './exit-codes.ts'
import { flag, option, tenantId, UsageError } from './options.ts'
import { describeProblem } from './problem.ts'
import { formatRow, formatTable, isCut } from './table.ts'
import { lineWidth, type Terminal } from './terminal.ts'

const options = z.object({
  tenant: option('UUID', 'show the rows of this tenant', tenantId.optional()),
  write: flag('let the statement change data; without it the transaction is read-only'),
  json: flag('one JSON object for each row'),
  vertical: flag('one line for each column, nothing cut'),
  stop: flag('stop the embedded database instead'),
})

type QueryOptions = z.infer<typeof options>

export const query = defineCommand({
  name: 'query',
  about: 'Runs one SQL statement on the configured database, else on the embedded one.',
  options,
  rest: '"SQL"',
  details: `Postgres shows the worker's own login, and the tables' owner, the rows of one tenant at a time: add --tenant.
A statement that begins with dashes stands after "--".`,
  async run({ options: given, rest, terminal }) {
    const config = await openConfig(openSettings)
    if (given.stop) {
      if (rest.length > 0) throw new UsageError('--stop takes no statement.')
      if (config.database) throw new UsageError('--stop stops the embedded database, and another one is configured.')
      terminal.print(
        (await stopLocalDatabase()) ? 'The embedded database has stopped.' : 'The embedded database is not running.',
      )
      return exitCodes.done
    }
    const text = statementOf(rest)
    if (given.json && given.vertical) throw new UsageError('--json and --vertical exclude each other.')
    await withDatabase(config, (settings) => show(settings, text, given, terminal))
    return exitCodes.done
  },
})

function statementOf(rest: readonly string[]): string {
  const [text, ...more] = rest
  if (more.length > 0)
    throw new UsageError(`one statement is one argument, not ${rest.length}. Put it into quotes: "${rest.join(' ')}".`)
  if (!text?.trim()) throw new UsageError('the statement is missing, such as "select * from sync_jobs".')
  return text
}

async function show(
  settings: ConnectionSettings,
  text: string,
  given: QueryOptions,
  terminal: Terminal,
): Promise<void> {
  const { user, searchPath } = settings
  const named = Object.entries({ search_path: searchPath, 'app.tenant_id': given.tenant }).filter(([, value]) => value)
  const client = await connect(settings, 'query')
  try {
    // Some statements run in no transaction, such as vacuum.
    // To compile a query of the revenue views takes longer than to run it.
    if (!given.write) await client.query('begin transaction read only; set local jit to off')
    for (const setting of named) await client.query('select set_config($1, $2, $3)', [...setting, !given.write])
    const { rows, rowCount } = await runOne(client, text)
    if (!given.write) await client.query('commit')
    print(rows, given, terminal)
    if (given.json) return
    const count = rows.length || (rowCount ?? 0)
    terminal.print(`(${count} ${count === 1 ? 'row' : 'rows'})`)
    if (rows.length > 0 || given.tenant) return
    const { rows: seen } = await client.query<{ all: boolean }>(seesAllTenants)
    if (!seen[0]?.all) terminal.print(oneTenant(user))
  } finally {
    // A pooler hands the session on, and with it the tenant.
    if (given.write) for (const [name] of named) await client.query(`reset ${name}`).catch(() => {})
    await client.end()
  }
}

const readOnly = '25006'
const syntaxError = '42601'

/** The extended protocol takes a single statement, so none can end the read-only transaction and run another one after it. */
async function runOne(client: pg.Client, text: string) {
  const statement = { text, queryMode: 'extended' }
  try {
    return await client.query<Record<string, unknown>>(statement)
  } catch (error) {
    const code = error instanceof pg.DatabaseError ? error.code : undefined
    if (code === readOnly) throw new Error(`${describeProblem(error)} Add --write to let the statement change data.`)
    if (code === syntaxError) throw new Error(`${describeProblem(error)} One statement is run at a time.`)
    throw error
  }
}

function print(rows: readonly Record<string, unknown>[], { json, vertical }: QueryOptions, terminal: Terminal): void {
  const line = lineWidth(terminal.out)
  if (json) for (const row of rows) terminal.print(JSON.stringify(row))
  else if (vertical) for (const row of rows) terminal.print(`${formatRow(row, line)}\n`)
  else if (rows.length > 0) {
    terminal.print(formatTable(rows, { line }))
    const isAnyCut = rows.some((row) => Object.entries(row).some(([name, value]) => isCut(name, value)))
    if (isAnyCut) terminal.print('  … stands for what was cut: --vertical and --json show all of it')
  }
}

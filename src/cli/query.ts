import pg from 'pg'
import { parseConnectionString } from '../config/connection-string.ts'
import { loadConfig } from '../config/load.ts'
import { reader } from '../db/schema/tenants.ts'
import { tlsOptions } from '../db/tls.ts'
import { createDatabase, openPostgres } from '../local/postgres.ts'
import { localDataDirectory } from '../local/stack.ts'
import { formatTable } from './table.ts'

/**
 * Runs one SQL statement on the configured database, else on the embedded one: `npm run query -- "select …"`. Postgres
 * shows the worker's own login, and the tables' owner, no rows but those of `--tenant UUID`.
 */
async function main(args: readonly string[]): Promise<void> {
  const { tenant, text } = readArguments(args)
  const { database } = loadConfig()
  if (database) return show(database, text, tenant)
  const postgres = await openPostgres({ dataDir: localDataDirectory })
  try {
    if (text === '--stop') return await postgres.stop()
    await show(
      parseConnectionString(`${await createDatabase(postgres.url, 'billing', { ifMissing: true })}?sslmode=disable`),
      text,
      tenant,
    )
  } finally {
    if (!postgres.reused) await postgres.stop()
  }
}

function readArguments(args: readonly string[]) {
  const at = args.indexOf('--tenant')
  if (at < 0) return { tenant: undefined, text: args[0] }
  const tenant = args[at + 1]
  if (!tenant || !/^[0-9a-f-]{36}$/i.test(tenant)) throw new Error('--tenant must be followed by a UUID')
  return { tenant, text: args.toSpliced(at, 2)[0] }
}

async function show(
  database: NonNullable<ReturnType<typeof loadConfig>['database']>,
  text: string | undefined,
  tenant: string | undefined,
): Promise<void> {
  if (!text || text.startsWith('--')) throw new Error('Say what to run: npm run query -- "select * from sync_jobs"')
  const { host, port, user, password } = database
  const client = new pg.Client({
    host,
    port,
    user,
    password,
    database: database.database,
    ssl: await tlsOptions(database),
  })
  await client.connect()
  try {
    if (tenant) await client.query(`select set_config('app.tenant_id', $1, false)`, [tenant])
    const { rows, rowCount } = await client.query<Record<string, unknown>>(text)
    if (rows.length > 0) console.log(formatTable(rows))
    console.log(`(${rows.length || (rowCount ?? 0)} rows)`)
    if (rows.length === 0 && !tenant && !(await seesAll(client))) console.log(oneTenant(user))
  } finally {
    await client.end()
  }
}

async function seesAll(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ all: boolean }>(
    `select rolsuper or rolbypassrls or exists (
        select from pg_roles as reader where reader.rolname = '${reader}' and pg_has_role(mine.oid, reader.oid, 'usage')) as all
      from pg_roles as mine where rolname = current_user`,
  )
  return rows[0]?.all ?? false
}

const oneTenant = (user: string | undefined) =>
  `${user} sees one tenant's rows at a time: add --tenant UUID, or ask as a member of the role ${reader}, which sees all`

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})

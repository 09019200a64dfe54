import pg from 'pg'
import { loadConfig } from './config.ts'
import { parseConnectionString } from './connection-string.ts'
import { tlsOptions } from './db/tls.ts'
import { localDataDirectory } from './local/parts.ts'
import { createDatabase, openPostgres } from './local/postgres.ts'
import { formatTable } from './local/table.ts'

/** Runs one SQL statement on the configured database, else on the embedded one: `npm run query -- "select …"`. */
async function main([text]: readonly string[]): Promise<void> {
  const { database } = loadConfig()
  if (database) return show(database, text)
  const postgres = await openPostgres({ dataDir: localDataDirectory })
  try {
    if (text === '--stop') return await postgres.stop()
    await show(
      parseConnectionString(`${await createDatabase(postgres.url, 'billing', { ifMissing: true })}?sslmode=disable`),
      text,
    )
  } finally {
    if (!postgres.reused) await postgres.stop()
  }
}

async function show(
  database: NonNullable<ReturnType<typeof loadConfig>['database']>,
  text: string | undefined,
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
    const { rows, rowCount } = await client.query<Record<string, unknown>>(text)
    if (rows.length > 0) console.log(formatTable(rows))
    console.log(`(${rows.length || (rowCount ?? 0)} rows)`)
  } finally {
    await client.end()
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})

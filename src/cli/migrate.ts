import { loadConfig } from '../config/load.ts'
import { migrate } from '../db/migrate.ts'

/** Applies the migrations to the configured database: `npm run migrate`. */
async function main(): Promise<void> {
  const { database } = loadConfig()
  const applied = await migrate(database)
  const where = `${database?.host}:${database?.port}/${database?.database}`
  console.log(applied === 0 ? `${where} is up to date` : `${where}: ${applied} migrations applied`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})

import * as z from 'zod'
import { openConfig } from '../config/load.ts'
import { migrate as applyMigrations } from '../db/migrate.ts'
import { migrationsFolder } from '../local/migrations.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { exitCodes } from './exit-codes.ts'

export const migrate = defineCommand({
  name: 'migrate',
  about: `Applies the migrations that the configured database lacks. Run it as the owner of the tables. Waits for no table
longer than ten seconds; a run that failed can be run again.`,
  options: z.object({}),
  async run({ terminal }) {
    const { database } = await openConfig(openSettings)
    const applied = await applyMigrations(database, migrationsFolder)
    const where = `${database?.host}:${database?.port}/${database?.database}`
    terminal.print(applied === 0 ? `${where} is up to date` : `${where}: ${applied} migrations applied`)
    return exitCodes.done
  },
})

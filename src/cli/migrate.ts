import * as z from 'zod'
import { openConfig } from '../config/load.ts'
import { migrate as applyMigrations } from '../db/migrate.ts'
import { writeStates } from '../db/write-states.ts'
import { migrationsFolder } from '../local/migrations.ts'
import { openCustomProviders } from '../providers/index.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { exitCodes } from './exit-codes.ts'

export const migrate = defineCommand({
  name: 'migrate',
  about: `Applies the migrations that the configured database lacks. Run it as the owner of the tables. Waits for no table
longer than ten seconds; a run that failed can be run again. Also writes what the status words of custom providers mean.`,
  options: z.object({}),
  async run({ terminal }) {
    const config = await openConfig(openSettings)
    const { database, Providers: custom } = config
    // A manifest with a mistake is refused before the database is changed.
    const providers = await openCustomProviders({ manifests: custom.Manifests, modules: custom.Modules })
    const applied = await applyMigrations(database, migrationsFolder)
    const words = await writeStates(database, providers)
    const where = `${database?.host}:${database?.port}/${database?.database}`
    terminal.print(applied === 0 ? `${where} is up to date` : `${where}: ${applied} migrations applied`)
    if (words > 0) terminal.print(`${where}: ${words} status words of custom providers written to states`)
    return exitCodes.done
  },
})

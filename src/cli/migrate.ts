import * as z from 'zod'
import { openConfig } from '../config/load.ts'
import { migrate as applyMigrations } from '../db/migrate.ts'
import { writeStates } from '../db/write-states.ts'
import { migrationsFolder } from '../local/migrations.ts'
import { openCustomProviders } from '../providers/index.ts'
import { readAddress } from '../queue/postgres/address.ts'
import { migrateQueue } from '../queue/postgres/migrate.ts'
import { transportOf } from '../queue/transport-name.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { defineCommand } from './command.ts'
import { exitCodes } from './exit-codes.ts'

export const migrate = defineCommand({
  name: 'migrate',
  about: `Applies the migrations that the configured database lacks. Run it as the owner of the tables. Waits for no table
longer than ten seconds; a run that failed can be run again. Also makes the queue where Queue.Url is one in Postgres, and
writes what the status words of custom providers mean.`,
  options: z.object({}),
  async run({ terminal }) {
    const config = await openConfig(openSettings)
    const { database, Providers: custom } = config
    // A manifest with a mistake is refused before the database is changed.
    const providers = await openCustomProviders({ manifests: custom.Manifests, modules: custom.Modules })
    const applied = await applyMigrations(database, migrationsFolder())
    const words = await writeStates(database, providers)
    const where = `${database?.host}:${database?.port}/${database?.database}`
    terminal.print(applied === 0 ? `${where} is up to date` : `${where}: ${applied} migrations applied`)
    const queue = config.Queue.Url
    if (queue !== undefined && transportOf(queue) === 'postgres') {
      const { database: server, name } = await migrateQueue(readAddress(queue, database))
      terminal.print(`${server.host}:${server.port}/${server.database} has the queue ${name}`)
    }
    if (words > 0) terminal.print(`${where}: ${words} status words of custom providers written to states`)
    return exitCodes.done
  },
})

import type { ConnectionSettings } from '../config/connection-string.ts'
import { type Config, openConfig } from '../config/load.ts'
import { type OpenDatabase, openDatabase } from '../db/open.ts'
import { type Reader, readerOf, seesEveryTenant } from '../operations/scope.ts'
import { openSettings } from '../secrets/open-settings.ts'
import { oneTenant, withDatabase } from './database.ts'

/** The database as a command about jobs and accounts uses it. */
export interface OperatorDatabase {
  readonly config: Config
  readonly settings: ConnectionSettings
  readonly database: OpenDatabase
  /** The rows of the tenant that the command line names, else of all. */
  readonly reader: Reader
  /** A sentence for a result without rows: the login may see one tenant only. Null if it sees all, or one is named. */
  emptyBecause(): Promise<string | null>
}

/** Works on the configured database, else on the embedded one. `name` is shown in pg_stat_activity. */
export async function withOperatorDatabase<Result>(
  { name, tenant }: { readonly name: string; readonly tenant: string | undefined },
  work: (operator: OperatorDatabase) => Promise<Result>,
): Promise<Result> {
  const config = await openConfig(openSettings)
  return withDatabase(config, async (settings) => {
    const { Announce: announce } = config.Worker
    const database = await openDatabase(settings, { connections: 2, applicationName: name, announce })
    const reader = readerOf(database, tenant)
    const emptyBecause = async () =>
      tenant !== undefined || (await seesEveryTenant(reader)) ? null : oneTenant(settings.user)
    try {
      return await work({ config, settings, database, reader, emptyBecause })
    } finally {
      await database.close()
    }
  })
}

/** For the help: which login a command needs. */
export const readerLogin = `Login: any that may read. A member of billing_sync_reader sees all tenants. The worker's login and the tables' owner see
the tenant that --tenant names.`

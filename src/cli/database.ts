import type { ConnectionSettings } from '../config/connection-string.ts'
import type { Config } from '../config/load.ts'
import { reader } from '../db/schema/tenants.ts'
import { openLocalDatabase } from '../local/database.ts'

/** Works on the configured database, or else on the embedded one, as its owner. */
export async function withDatabase<Result>(
  { database }: Config,
  work: (settings: ConnectionSettings) => Promise<Result>,
): Promise<Result> {
  if (database) return work(database)
  const local = await openLocalDatabase()
  try {
    return await work(local.owner)
  } finally {
    await local.close()
  }
}

/** For a result without rows. */
export const oneTenant = (user: string | undefined) =>
  `${user} sees one tenant's rows at a time: add --tenant UUID, or ask as a member of the role ${reader}, which sees all`

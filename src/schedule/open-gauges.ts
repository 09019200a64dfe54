import type { ConnectionSettings } from '../config/connection-string.ts'
import { type OpenDatabase, openDatabase } from '../db/open.ts'
import { type Gauges, readGauges } from './gauges.ts'

export interface OpenGauges {
  /** @throws Error if the database does not answer */
  read(queue?: Parameters<typeof readGauges>[0]['queue']): Promise<Gauges>
  close(): Promise<void>
}

interface GaugeLogins {
  readonly database: ConnectionSettings | undefined
  /** The login that sees the jobs of all tenants. Absent: that of `database`, which may see one tenant at a time. */
  readonly reader: ConnectionSettings | undefined
}

/** Reads the gauges on connections of its own, one for each login, which it opens at the first reading. */
export function openGauges({ database, reader }: GaugeLogins): OpenGauges {
  const open = (settings: ConnectionSettings | undefined) =>
    openDatabase(settings, { connections: 1, applicationName: 'billing-sync gauges' })
  let opening: Promise<readonly [OpenDatabase, OpenDatabase]> | undefined
  const openBoth = async () => {
    const ofWorker = await open(database)
    return [ofWorker, reader ? await open(reader) : ofWorker] as const
  }
  return {
    async read(queue) {
      opening ??= openBoth()
      const [{ schedules }, { everyTenant }] = await opening.catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return readGauges({ database: { schedules, everyTenant }, queue })
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      for (const each of new Set(opened)) await each.close()
    },
  }
}

import type { ConnectionSettings } from '../config/connection-string.ts'
import { type OpenDatabase, openDatabase } from '../db/open.ts'
import { type Gauges, readGauges } from './gauges.ts'

export interface OpenGauges {
  /** @throws Error if the database does not answer */
  read(queue?: Parameters<typeof readGauges>[0]['queue']): Promise<Gauges>
  close(): Promise<void>
}

/** Reads the gauges on a connection of its own, which it opens at the first reading. */
export function openGauges(settings: ConnectionSettings | undefined): OpenGauges {
  let opening: Promise<OpenDatabase> | undefined
  return {
    async read(queue) {
      opening ??= openDatabase(settings, { connections: 1, applicationName: 'billing-sync gauges' })
      const database = await opening.catch((error: unknown) => {
        opening = undefined
        throw error
      })
      return readGauges({ database, queue })
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}

import { type ConnectionSettings, parseConnectionString } from '../../config/connection-string.ts'
import { SyncError } from '../../errors.ts'

/** A queue in a database. */
export interface PostgresQueue {
  readonly database: ConnectionSettings
  /** Name of the queue. One database may have several. */
  readonly name: string
}

const defaultName = 'billing-sync'

/**
 * Reads `postgres://USER:PASSWORD@HOST/DATABASE?queue=NAME`. `postgres:` alone, or `postgres:?queue=NAME`, is a queue in the
 * worker's own database. @throws SyncError with verdict `reject`; its sentence never repeats the address
 */
export function readAddress(address: string, workerDatabase: ConnectionSettings | undefined): PostgresQueue {
  const [server = '', query = ''] = address.trim().split(/\?(.*)/s)
  const parameters = new URLSearchParams(query)
  const name = parameters.get('queue') || defaultName
  parameters.delete('queue')
  if (!/^postgres(?:ql)?:(?:\/\/)?$/i.test(server)) {
    const rest = parameters.size > 0 ? `?${parameters}` : ''
    return { name, database: connection(`${server}${rest}`) }
  }
  if (workerDatabase) return { name, database: workerDatabase }
  throw new SyncError(
    'reject',
    'invalid_setting',
    'queue: Queue.Url is postgres: without a server, which means the database of ConnectionStrings.DefaultConnection, and that is not set. Set it, or name a server in Queue.Url.',
  )
}

function connection(url: string): ConnectionSettings {
  try {
    return parseConnectionString(url)
  } catch (error) {
    const problem = error instanceof Error ? error.message : 'is no address of a database'
    throw new SyncError('reject', 'invalid_setting', `queue: Queue.Url ${problem}. Correct it.`)
  }
}

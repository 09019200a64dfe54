import { SyncError, unreachedHost } from '../errors.ts'
import { certificateFailure } from './certificate.ts'

/**
 * What a database error means to a write.
 * - `transient`: the connection or the server; the same statement may work on another connection.
 * - `data`: a value that Postgres refuses, or that JSON.stringify does; never retried as it is.
 * - `schema`: migrations are missing or of another version.
 * - `bug`: anything else.
 */
export type FailureKind = 'transient' | 'data' | 'schema' | 'bug'

/** Server conditions beyond classes 08, 53 and 57 that pass by themselves; 25P03 and 25P04 end the transaction of a frozen worker. */
const transientStates = new Set(['25006', '25P03', '25P04', '40001', '40003', '40P01', '55P03'])
const transientCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
])

/** The driver's error inside Drizzle's, whose own message holds the statement's parameters and must not be shown. */
export function driverError(error: unknown): unknown {
  return error instanceof Error && 'query' in error && error.cause !== undefined ? error.cause : error
}

/** SQLSTATE or the socket's code; undefined where the driver gives none, as for a connection that ended in mid-query. */
export function codeOf(error: unknown): string | undefined {
  const driver = driverError(error)
  return driver instanceof Error && 'code' in driver && typeof driver.code === 'string' ? driver.code : undefined
}

/** The constraint or unique index that was violated, by its name. */
export function constraintOf(error: unknown): string | undefined {
  const driver = driverError(error)
  return driver instanceof Error && 'constraint' in driver && typeof driver.constraint === 'string'
    ? driver.constraint
    : undefined
}

/** Source of the classes: PostgreSQL manual, appendix A. */
export function classify(error: unknown): FailureKind {
  const code = codeOf(error)
  // Nested too deep for JSON.stringify, or too much at once.
  if (error instanceof RangeError) return 'data'
  // The driver's own connection errors have no code and are plain Errors; a bug of ours is a TypeError or the like.
  if (code === undefined) return driverError(error)?.constructor === Error ? 'transient' : 'bug'
  if (transientCodes.has(code) || transientStates.has(code)) return 'transient'
  if (code === '08P01' || /^(21|22|23|54)/.test(code)) return 'data'
  if (/^(08|53|57)/.test(code)) return 'transient'
  return /^(42|3F)/.test(code) ? 'schema' : 'bug'
}

/** The code of what may pass by itself. */
export const unavailable = 'database_unavailable'

/** Whether a statement was given up for its time: a smaller one may have enough. */
export function tookTooLong(error: unknown): boolean {
  return codeOf(error) === '57014'
}

/** The error as a SyncError, without the values that Postgres puts into its messages. */
export function databaseFailure(error: unknown): SyncError {
  if (error instanceof SyncError) return error
  const unproven = certificateFailure(driverError(error))
  if (unproven) return unproven
  const code = codeOf(error) ?? 'connection lost'
  switch (classify(error)) {
    case 'transient':
      return new SyncError(
        'retry',
        unavailable,
        `database: ${unavailability(code, unreachedHost(driverError(error)))}`,
        { cause: driverError(error) },
      )
    case 'schema':
      if (code === '42501')
        return new SyncError(
          'retry',
          'database_privilege',
          'database: the login may not do that (42501). Make the login of the worker a member of billing_sync_worker. Run npm run erase as the owner of the tables.',
        )
      return new SyncError(
        'retry',
        'database_schema',
        `database: tables or columns are missing or differ (${code}). Run npm run migrate, or deploy the version of the worker that was migrated to.`,
      )
    case 'data':
      return new SyncError(
        'retry',
        'database_data',
        `database: a value was refused (${code}). Report a bug with this code.`,
      )
    case 'bug':
      return new SyncError('retry', 'database_error', `database: ${refusal(code)}`, { cause: driverError(error) })
  }
}

function unavailability(code: string, host: string | undefined): string {
  if (transientCodes.has(code))
    return `the server${host === undefined ? '' : ` at ${host}`} cannot be reached (${code}). Check Host and Port of ConnectionStrings.DefaultConnection, and the network of the worker.`
  if (code === '25006')
    return `the server takes no writes (${code}). Connect to the primary server, or switch default_transaction_read_only off for the database and the login of ConnectionStrings.DefaultConnection.`
  if (code === '53100')
    return `the server has no disk space left (${code}). Add disk space to the server of ConnectionStrings.DefaultConnection.`
  if (code === '53300')
    return `the server has no connection left (${code}). Raise its max_connections, or let fewer workers run at once.`
  return `the server is not available (${code}). Check the server of ConnectionStrings.DefaultConnection and its log.`
}

/** 28: the login is refused; 3D: there is no such database. */
function refusal(code: string): string {
  if (code.startsWith('28'))
    return `the login is refused (${code}). Check Username and Password of ConnectionStrings.DefaultConnection.`
  if (code.startsWith('3D'))
    return `there is no such database (${code}). Check Database of ConnectionStrings.DefaultConnection.`
  return `unexpected error (${code}). The log has its cause. Report a bug with it.`
}

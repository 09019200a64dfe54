import pg from 'pg'
import { driverError } from '../db/errors.ts'
import { SyncError } from '../errors.ts'

const connecting = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
])
const mend = 'Check ConnectionStrings.DefaultConnection.'

/** An error for a person at a terminal: a sentence or a few, with the code of its cause, without a stack trace. */
export function describeProblem(error: unknown): string {
  const cause = driverError(error)
  if (cause instanceof pg.DatabaseError) return databaseProblem(cause)
  if (cause instanceof SyncError) return withCause(cause)
  const code = codeOf(cause)
  if (code !== undefined && connecting.has(code))
    return `database: ${connectionProblem(cause, code)} (${code}). ${mend}`
  if (!(cause instanceof Error)) return String(cause)
  return cause.message === '' ? cause.name : cause.message
}

/** What Postgres says. 28: the login is refused; 3D: there is no such database. */
function databaseProblem({ message, code = '', detail, hint }: pg.DatabaseError): string {
  const sentences = [`database: ${message} (${code})`, detail, hint, /^(28|3D)/.test(code) ? mend : undefined]
  return sentences
    .filter((sentence) => sentence !== undefined)
    .map((sentence) => (/[.?!]$/.test(sentence) ? sentence : `${sentence}.`))
    .join(' ')
}

/** A connection to a name with several addresses fails with an error for each. */
function connectionProblem(error: unknown, code: string): string {
  const each: unknown = error instanceof AggregateError ? error.errors[0] : error
  const message = each instanceof Error ? each.message : ''
  return message === '' ? 'the server cannot be reached' : message.replace(` ${code}`, '')
}

function withCause({ message, cause }: SyncError): string {
  const inner = cause === undefined ? undefined : driverError(cause)
  const code = codeOf(inner)
  return code === undefined || message.includes(code) ? message : `${message} (${code})`
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

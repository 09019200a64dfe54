import { SyncError } from '../../errors.ts'
import { unreachable } from '../../http/exchange.ts'
import { retryAfterMs } from '../../http/retry-after.ts'
import { keyRefused } from '../../provider/contract.ts'
import { isProviderFault, refusalOf } from '../../provider/failures.ts'
import { type SquareConnection, SquareRefusal } from './connection.ts'

type Told = Pick<SquareConnection, 'tokenName' | 'quote'>

/** Codes of a token that is over; developer.squareup.com/docs/build-basics/handling-errors. */
const tokenCodes = new Set(['UNAUTHORIZED', 'ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_REVOKED', 'CLIENT_DISABLED'])

/** Codes of Square's own faults, whatever status they come with. */
const faultCodes = new Set(['INTERNAL_SERVER_ERROR', 'TEMPORARY_ERROR', 'SERVICE_UNAVAILABLE', 'GATEWAY_TIMEOUT'])

/** Reads a refusal by its status and codes, never by its sentence. The sentence is repeated for people, without what looks secret. */
export function failure(error: unknown, connection: Told): SyncError {
  if (error instanceof SyncError) return error
  if (!(error instanceof SquareRefusal)) return unreachable('square', error)
  const { status, errors } = error
  const codes = errors.map(({ code }) => code)
  const where = placeOf(error)
  if (status === 401 || codes.some((code) => tokenCodes.has(code)))
    return new SyncError(
      'reject',
      keyRefused,
      `square: ${connection.tokenName} is not accepted (${where}). ${adviceForToken(codes)}, then send a new jobId.`,
      { scope: 'account' },
    )
  if (status === 429 || codes.includes('RATE_LIMITED')) return limited(error, where)
  if (isProviderFault(status) || codes.some((code) => faultCodes.has(code)))
    return new SyncError(
      'retry',
      'provider_unavailable',
      `square: Square failed (${where}). If it goes on, look at www.issquareup.com.`,
      { scope: 'provider', ...waitOf(error) },
    )
  if (status === 409)
    return new SyncError(
      'retry',
      'provider_busy',
      `square: the object is locked (${where}). If it goes on, look for another program that works on it.`,
      { scope: 'object' },
    )
  return refusal(error, connection)
}

function limited(error: SquareRefusal, where: string): SyncError {
  return new SyncError(
    'retry',
    'rate_limited',
    `square: too many requests (${where}). If it goes on, lower Square.RequestsPerSecond.`,
    { scope: 'account', limit: { scope: 'account', kind: 'rate' }, ...waitOf(error) },
  )
}

/** A refusal of one request. The core knows what the request was about, and gives up no more than that. */
function refusal(error: SquareRefusal, { tokenName, quote }: Told): SyncError {
  const { status, errors } = error
  const codes = errors.map(({ code }) => code)
  const sentence = quote(errors.find(({ detail }) => typeof detail === 'string')?.detail)
  const refuse = refusalOf({ name: 'square', title: 'Square' }, { place: placeOf(error), sentence })
  if (codes.includes('INVALID_CURSOR'))
    return refuse('page', 'cursor_gone', 'the cursor of a page is over', 'The worker reads that part again.')
  if (status === 403)
    return refuse(
      'resource',
      'permission_denied',
      `${tokenName} may not read this`,
      'Let the seller grant the scope that docs/operations.md names for it.',
    )
  if (status === 404)
    return refuse(
      'object',
      'not_found',
      'the object or the list does not exist',
      'If it should, check the account of the token, and Square.ApiBase.',
    )
  const advice = `Look its code up in Square's documentation, or leave the resource out of additionalData.resources.`
  return refuse('resource', 'provider_refused', 'Square refused the request', advice)
}

function adviceForToken(codes: readonly string[]): string {
  if (codes.includes('ACCESS_TOKEN_EXPIRED')) return 'Refresh it (a seller’s token lasts 30 days) and send the new one'
  if (codes.includes('ACCESS_TOKEN_REVOKED')) return 'Let the seller connect again'
  return 'Put a valid token there'
}

/** Status and codes, for Square's documentation and support. */
function placeOf({ status, errors }: SquareRefusal): string {
  const codes = errors.map(({ code }) => code).filter((code) => /^[A-Z][A-Z_0-9]{1,60}$/.test(code))
  return [status, ...new Set(codes)].slice(0, 4).join(', ')
}

/** For how long Square asks to wait. */
function waitOf({ headers }: SquareRefusal): { readonly retryAfter?: number } {
  const retryAfter = retryAfterMs(headers)
  return retryAfter === undefined ? {} : { retryAfter }
}

import { SyncError, windowTooLarge } from '../../errors.ts'
import { unreachable } from '../../http/exchange.ts'
import { retryAfterMs } from '../../http/retry-after.ts'
import { keyRefused } from '../../provider/contract.ts'
import { isProviderFault, refusalOf } from '../../provider/failures.ts'
import type { PayPalConnection } from './connection.ts'
import { PayPalRefusal } from './refusal.ts'

type Told = Pick<PayPalConnection, 'clientName' | 'quote' | 'limitedInARow'>

/**
 * PayPal's sample waits for half a minute where an answer does not say how long. Who goes on meeting the limit is refused for
 * five minutes, so that a second answer in a row is waited for as long.
 */
const waitMs = { first: 30_000, later: 300_000 } as const

/** Reads a refusal by its status and name, never by its sentence. The sentence is repeated for people, without what looks secret. */
export function failure(error: unknown, connection: Told): SyncError {
  if (error instanceof SyncError) return error
  if (!(error instanceof PayPalRefusal)) return unreachable('paypal', error)
  const { status, code, headers } = error
  if (status === 401 || code === 'invalid_client')
    return new SyncError(
      'reject',
      keyRefused,
      `paypal: ${connection.clientName} is not accepted (${placeOf(error)}). Put a valid client id and secret there, then send a new jobId.`,
      { scope: 'account' },
    )
  if (status === 429)
    return new SyncError(
      'retry',
      'rate_limited',
      `paypal: too many requests (${placeOf(error)}). If it goes on, lower PayPal.RequestsPerSecond.`,
      {
        scope: 'account',
        limit: { scope: 'account', kind: 'rate' },
        retryAfter: retryAfterMs(headers) ?? (connection.limitedInARow() > 1 ? waitMs.later : waitMs.first),
      },
    )
  if (isProviderFault(status)) {
    const retryAfter = retryAfterMs(headers)
    return new SyncError(
      'retry',
      'provider_unavailable',
      `paypal: PayPal failed (${placeOf(error)}). If it goes on, look at www.paypal-status.com.`,
      { scope: 'provider', ...(retryAfter !== undefined && { retryAfter }) },
    )
  }
  return refusal(error, connection)
}

/** As errors name the provider. */
export const paypalNames = { name: 'paypal', title: 'PayPal' } as const

/** A refusal of one request. The core knows what the request was about, and gives up no more than that. */
function refusal(error: PayPalRefusal, { clientName, quote }: Told): SyncError {
  const { status, code, message, issues } = error
  const sentence = quote(issues[0] ?? message)
  const refuse = refusalOf(paypalNames, { place: placeOf(error), sentence })
  if (code === 'RESULTSET_TOO_LARGE')
    return refuse('page', windowTooLarge, 'a window has too many items', 'The worker reads it in halves.')
  if (status === 403)
    return refuse(
      'resource',
      'permission_denied',
      `${clientName} may not read this`,
      'Switch the feature on for the application in the developer dashboard, as docs/operations.md says for each resource.',
    )
  if (status === 404)
    return refuse(
      'object',
      'not_found',
      'the object or the list does not exist',
      'If it should, check the account of the client, and PayPal.ApiBase.',
    )
  const advice = `Look its name up in PayPal's documentation, or leave the resource out of additionalData.resources.`
  return refuse('resource', 'provider_refused', 'PayPal refused the request', advice)
}

/** Status, name and debug id, for PayPal's documentation and support. */
function placeOf({ status, code, headers }: PayPalRefusal): string {
  const debugId = headers['paypal-debug-id'] ?? ''
  return [
    status,
    ...(/^[A-Za-z_0-9]{2,60}$/.test(code) ? [code] : []),
    ...(/^[a-z0-9-]{5,40}$/i.test(debugId) ? [`debug id ${debugId}`] : []),
  ].join(', ')
}

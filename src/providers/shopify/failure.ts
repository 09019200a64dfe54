import { answerTooLarge, SyncError } from '../../errors.ts'
import { unreachable } from '../../http/exchange.ts'
import { retryAfterMs } from '../../http/retry-after.ts'
import { isProviderFault, refusalOf } from '../../provider/failures.ts'
import { ShopifyRefusal } from './answer.ts'
import type { ShopifyConnection } from './connection.ts'
import { refusedAccess } from './credentials.ts'
import { scopeIn } from './withheld.ts'

type Told = Pick<ShopifyConnection, 'access' | 'quote'>

/** Reads a refusal by its status and codes, never by its sentence. The sentence is repeated for people, without what looks secret. */
export function failure(error: unknown, connection: Told): SyncError {
  if (error instanceof SyncError) return error
  if (!(error instanceof ShopifyRefusal)) return unreachable('shopify', error)
  const { status, errors, isMinting } = error
  const codes = errors.map(({ code }) => code)
  const where = placeOf(error)
  if (status === 401 || (isMinting && (status === 400 || status === 403)))
    return refusedAccess(connection.access, where)
  // 430 is of the protection against abuse.
  if (status === 429 || status === 430 || codes.includes('THROTTLED')) return limited(error, where)
  // Errors of GraphQL come with the status 200.
  if ((status !== 200 && isProviderFault(status)) || codes.includes('INTERNAL_SERVER_ERROR'))
    return new SyncError(
      'retry',
      'provider_unavailable',
      `shopify: Shopify failed (${where}). If it goes on, look at www.shopifystatus.com.`,
      { scope: 'provider', ...waitOf(error) },
    )
  const state = codes.includes('SHOP_INACTIVE') ? 'is not active' : statesOfShops[status]
  if (state !== undefined)
    return new SyncError(
      'reject',
      'account_invalid',
      `shopify: the shop ${connection.access.shop} ${state} (${where}). Let its owner open it again, then send a new jobId.`,
      { scope: 'account' },
    )
  return refusal(error, connection)
}

/** What a status says about the whole shop; shopify.dev, API status and error codes. */
const statesOfShops: Readonly<Record<number, string>> = {
  402: 'is frozen until its bill is paid',
  404: 'does not exist',
  423: 'is locked',
}

function limited(error: ShopifyRefusal, where: string): SyncError {
  return new SyncError(
    'retry',
    'rate_limited',
    `shopify: the points of the shop are used up (${where}). If it goes on, look for another program with the same app, or lower Shopify.RequestsPerSecond.`,
    { scope: 'account', limit: { scope: 'account', kind: 'rate' }, ...waitOf(error) },
  )
}

/** A refusal of one request. The core knows what the request was about, and gives up no more than that. */
function refusal(error: ShopifyRefusal, { access, quote }: Told): SyncError {
  const { status, errors } = error
  const sentence = quote(errors.find(({ message }) => typeof message === 'string')?.message)
  const refuse = refusalOf({ name: 'shopify', title: 'Shopify' }, { place: placeOf(error), sentence })
  const codes = errors.map(({ code }) => code)
  if (codes.includes('MAX_COST_EXCEEDED'))
    return refuse(
      'page',
      answerTooLarge,
      'the page costs more points than one request may',
      'Report a bug if it goes on, since the worker asks for less.',
    )
  if (status === 403 || codes.includes('ACCESS_DENIED'))
    return refuse('resource', 'permission_denied', `${access.tokenName} may not read this`, adviceForScope(error))
  const advice = `Look its code up in Shopify's documentation, or leave the resource out of additionalData.resources.`
  return refuse('resource', 'provider_refused', 'Shopify refused the request', advice)
}

/** The scope that Shopify names, or else the one that the document needs. */
function adviceForScope({ errors, scope }: ShopifyRefusal): string {
  const named = errors.flatMap(({ requiredAccess }) => scopeIn(requiredAccess) ?? [])
  const needed = named[0] ?? scope
  const grant = needed === null ? 'Give the app the scope of this list' : `Give the app the scope ${needed}`
  return `${grant}, and let the shop accept it. Customers and orders need access to protected customer data as well.`
}

/** Status and codes, for Shopify's documentation and support. */
function placeOf({ status, errors }: ShopifyRefusal): string {
  const codes = errors.map(({ code }) => code).filter((code) => /^[A-Za-z][A-Za-z_0-9]{1,60}$/.test(code))
  return [status, ...new Set(codes)].slice(0, 4).join(', ')
}

/** For how long to wait: until the points are there that the request needs, or as long as Shopify asks. */
function waitOf({ headers, points }: ShopifyRefusal): { readonly retryAfter?: number } {
  const lacking = points ? points.requested - points.available : 0
  const retryAfter = points && lacking > 0 ? Math.ceil((lacking / points.perSecond) * 1_000) : retryAfterMs(headers)
  return retryAfter === undefined ? {} : { retryAfter }
}

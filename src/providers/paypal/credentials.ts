import { SyncError } from '../../errors.ts'
import type { Credentials } from '../../provider/contract.ts'
import { fields, text } from '../../provider/fields.ts'

/** The client that asks, and the merchant whose account is read if that is not the client's own. */
export interface PayPalClient {
  readonly clientId: string
  readonly clientSecret: string
  /** The merchant's account id (payer id); null for the client's own account. */
  readonly merchantId: string | null
  /** Where the credentials come from, for error messages. */
  readonly name: string
}

/** The configured client, and the tenant that its own account belongs to. */
export interface ConfiguredClient {
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
  readonly clientTenant: string | undefined
}

const isPart = (value: unknown) => typeof value === 'string' && /^[\w.~-]{10,512}$/.test(value)
const isMerchant = (value: unknown) => typeof value === 'string' && /^[A-Z0-9]{5,24}$/.test(value)

/**
 * Reads `accessToken`: a client's id and secret as JSON or as `ID:SECRET`, or `merchant:ID` for a merchant of the configured
 * client, which is a platform. Without it the configured client is used, but only for the tenant that its account belongs to.
 * @throws SyncError with verdict `reject`; its message never holds a secret
 */
export function readClient({ tenantId, accessToken, secret }: Credentials, configured: ConfiguredClient): PayPalClient {
  if (accessToken === undefined) return ownClient(tenantId, configured)
  const name = secret === undefined ? 'the accessToken of the message' : `the value of ${secret}`
  const merchantId = merchantIn(accessToken)
  if (merchantId !== undefined) {
    if (!isMerchant(merchantId)) throw unusable(`${name} names no merchant`)
    return { ...configuredClient(configured), merchantId }
  }
  const {
    clientId,
    clientSecret,
    merchantId: ofClient = null,
  } = fields(accessToken.startsWith('{') ? fromJson(accessToken) : fromPair(accessToken))
  const isClient = isPart(clientId) && isPart(clientSecret) && (ofClient === null || isMerchant(ofClient))
  if (!isClient) throw unusable(`${name} is no client id and secret`)
  return { clientId: String(clientId), clientSecret: String(clientSecret), merchantId: text(ofClient), name }
}

/** What stands behind `merchant:`; undefined for any other token. */
const merchantIn = (accessToken: string) => /^merchant:(.*)$/.exec(accessToken)?.[1]

export const isAccountName = (accessToken: string): boolean => isMerchant(merchantIn(accessToken))

function ownClient(tenantId: string, configured: ConfiguredClient): PayPalClient {
  if (configured.clientTenant?.toLowerCase() === tenantId.toLowerCase()) return configuredClient(configured)
  throw new SyncError(
    'reject',
    'no_credentials',
    'paypal: the message has no accessToken. Send {"clientId":"…","clientSecret":"…"}, a reference to it (arn:aws:secretsmanager:…, ssm:/NAME), or "merchant:ID". The configured application is used without an accessToken only for the tenant that PayPal.ClientTenant names.',
  )
}

function configuredClient({ clientId, clientSecret }: ConfiguredClient): PayPalClient {
  if (clientId !== undefined && clientSecret !== undefined)
    return { clientId, clientSecret, merchantId: null, name: 'the configured PayPal.ClientId' }
  throw new SyncError(
    'reject',
    'no_credentials',
    'paypal: the message needs the configured application, and PayPal.ClientId or PayPal.ClientSecret is not set. Set both, or send a client id and secret as accessToken.',
  )
}

const unusable = (what: string) =>
  new SyncError(
    'reject',
    'bad_credentials',
    `paypal: ${what}. Send {"clientId":"…","clientSecret":"…"} of an application of the account, or "merchant:ID" for a merchant of the configured application.`,
  )

function fromPair(text: string): unknown {
  const at = text.indexOf(':')
  return { clientId: text.slice(0, at), clientSecret: text.slice(at + 1) }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

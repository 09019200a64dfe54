import { SyncError } from '../../errors.ts'
import { type Credentials, keyRefused } from '../../provider/contract.ts'
import { fields } from '../../provider/fields.ts'

/** What authenticates the worker at a shop. */
export interface ShopifyAccess {
  /** The shop's name before `.myshopify.com`. */
  readonly shop: string
  readonly key: { readonly token: string } | { readonly clientId: string; readonly clientSecret: string }
  /** Where the credentials come from, for error messages. */
  readonly tokenName: string
}

/** The configured token, its shop, and the tenant that the shop belongs to. */
interface ConfiguredToken {
  readonly accessToken: string | undefined
  readonly accessTokenTenant: string | undefined
  readonly shop: string | undefined
}

const configuredName = 'the configured Shopify.AccessToken'

/**
 * Reads `accessToken`: `shop:token`, or JSON of the shop with a token or with client credentials. Without it the configured
 * token is used, but only for the tenant that it belongs to.
 * @throws SyncError with verdict `reject`; its message never holds the token
 */
export function readAccess({ tenantId, accessToken, secret }: Credentials, configured: ConfiguredToken): ShopifyAccess {
  if (accessToken !== undefined)
    return parse(accessToken, secret === undefined ? 'the accessToken of the message' : `the value of ${secret}`)
  if (configured.accessTokenTenant?.toLowerCase() !== tenantId.toLowerCase())
    throw noCredentials(
      'the message has no accessToken. Send the shop and its token as shop:token, or a reference to it (arn:aws:secretsmanager:…, ssm:/NAME). The configured Shopify.AccessToken is used without a token only for the tenant that Shopify.AccessTokenTenant names.',
    )
  if (configured.accessToken === undefined)
    throw noCredentials(
      'the message needs the configured token, and Shopify.AccessToken is not set. Set it, or send shop:token as accessToken.',
    )
  if (configured.shop === undefined) return parse(configured.accessToken, configuredName)
  return { shop: shopOf(configured.shop, 'Shopify.Shop'), ...tokenOf(configured.accessToken, configuredName) }
}

function parse(text: string, tokenName: string): ShopifyAccess {
  if (!text.trimStart().startsWith('{')) {
    const [, shop, token] = /^([^:]*):(.*)$/s.exec(text) ?? []
    if (token === undefined) throw badForm(tokenName)
    return { shop: shopOf(shop, tokenName), ...tokenOf(token, tokenName) }
  }
  const { shop, accessToken, clientId, clientSecret } = fields(parseJson(text))
  if (accessToken !== undefined) return { shop: shopOf(shop, tokenName), ...tokenOf(accessToken, tokenName) }
  if (!isSecret(clientId) || !isSecret(clientSecret)) throw badForm(tokenName)
  return { shop: shopOf(shop, tokenName), key: { clientId, clientSecret }, tokenName }
}

/**
 * The name of a shop, from itself or from its myshopify.com address. The token is sent to no other host, so that the name
 * may hold nothing else.
 */
function shopOf(value: unknown, source: string): string {
  const [, name] =
    /^([a-z0-9][a-z0-9-]{0,59})(?:\.myshopify\.com)?$/i.exec(typeof value === 'string' ? value : '') ?? []
  if (name !== undefined) return name.toLowerCase()
  throw badCredentials(
    `${source} names no shop. Send its name before .myshopify.com, or the whole address NAME.myshopify.com.`,
  )
}

function tokenOf(token: unknown, tokenName: string): Pick<ShopifyAccess, 'key' | 'tokenName'> {
  if (!isSecret(token)) throw badForm(tokenName)
  return { key: { token }, tokenName }
}

const isSecret = (value: unknown): value is string => typeof value === 'string' && /^[\w.~+/=-]{10,2048}$/.test(value)

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const badForm = (tokenName: string): SyncError =>
  badCredentials(
    `${tokenName} has none of the forms shop:token, {"shop":"…","accessToken":"…"} and {"shop":"…","clientId":"…","clientSecret":"…"}. Read "Shopify tokens" in docs/operations.md, and send one of the forms.`,
  )

const badCredentials = (what: string): SyncError => new SyncError('reject', 'bad_credentials', `shopify: ${what}`)

const noCredentials = (what: string): SyncError => new SyncError('reject', 'no_credentials', `shopify: ${what}`)

/** The error of credentials that Shopify does not accept. */
export function refusedAccess({ key, tokenName }: Pick<ShopifyAccess, 'key' | 'tokenName'>, place: string): SyncError {
  const advice =
    'token' in key
      ? 'Put a valid token there. A token that expires lasts an hour, and all tokens end when the app is uninstalled'
      : 'Put the client id and secret there of an app that belongs to the organization of the shop and is installed in it'
  return new SyncError(
    'reject',
    keyRefused,
    `shopify: ${tokenName} is not accepted (${place}). ${advice}. Then send a new jobId.`,
    { scope: 'account' },
  )
}

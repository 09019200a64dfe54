import { SyncError } from '../../errors.ts'
import type { Credentials } from '../../provider/contract.ts'

/** The token to use. */
export interface SquareToken {
  readonly token: string
  /** Where the token comes from, for error messages. */
  readonly tokenName: string
}

/** The configured token, and the tenant that its account belongs to. */
interface ConfiguredToken {
  readonly accessToken: string | undefined
  readonly accessTokenTenant: string | undefined
}

const configuredName = 'the configured Square.AccessToken'

/**
 * Reads `accessToken`: the seller's OAuth access token, or a personal one. Without it the configured token is used, but only
 * for the tenant that it belongs to.
 * @throws SyncError with verdict `reject`; its message never holds the token
 */
export function readToken(
  { tenantId, accessToken, secret }: Credentials,
  { accessToken: configured, accessTokenTenant }: ConfiguredToken,
): SquareToken {
  if (accessToken !== undefined)
    return checked(accessToken, secret === undefined ? 'the accessToken of the message' : `the value of ${secret}`)
  if (accessTokenTenant?.toLowerCase() !== tenantId.toLowerCase())
    throw new SyncError(
      'reject',
      'no_credentials',
      "square: the message has no accessToken. Send the seller's access token, or a reference to it (arn:aws:secretsmanager:…, ssm:/NAME). The configured Square.AccessToken is used without a token only for the tenant that Square.AccessTokenTenant names.",
    )
  if (configured === undefined)
    throw new SyncError(
      'reject',
      'no_credentials',
      'square: the message needs the configured token, and Square.AccessToken is not set. Set it, or send a token as accessToken.',
    )
  return checked(configured, configuredName)
}

function checked(token: string, tokenName: string): SquareToken {
  if (/^[\w.~+/=-]{10,2048}$/.test(token)) return { token, tokenName }
  throw new SyncError(
    'reject',
    'bad_credentials',
    `square: ${tokenName} is not an access token. Take it from the answer of Square's OAuth (access_token), or from the application's credentials.`,
  )
}

import { SyncError } from '../../errors.ts'
import type { Mode } from '../../provider/account-name.ts'
import type { Credentials } from '../../provider/contract.ts'

/** The key to use, and the account to read with it. */
export interface StripeAccess {
  readonly apiKey: string
  /** Where the key comes from, for error messages. */
  readonly keyName: string
  /** The account to read; undefined for the key's own account. */
  readonly account: string | undefined
  /** The header that names `account`: an organization's key needs Stripe-Context, a platform's key Stripe-Account. */
  readonly header: 'stripeContext' | 'stripeAccount'
  readonly mode: Mode
}

/** The configured key, and the tenant that its account belongs to. */
interface ConfiguredKey {
  readonly apiKey: string | undefined
  readonly apiKeyTenant?: string | undefined
}

/**
 * Reads `accessToken`. A secret or restricted key is used directly. An account id selects the configured platform key
 * on behalf of that account. Without a token the configured key is used, but only for the tenant that it belongs to.
 * An organization's key reads the account that the message names.
 * @throws SyncError with verdict `reject`; its message never holds the token
 */
export function readAccess(
  { tenantId, accessToken, secret, account: named }: Credentials,
  settings: ConfiguredKey,
): StripeAccess {
  const { apiKey, apiKeyTenant } = settings
  if (accessToken === undefined) {
    if (apiKeyTenant?.toLowerCase() !== tenantId.toLowerCase()) throw missingToken()
    return withAccount(withKey(configured(apiKey), configuredName), named)
  }
  if (isAccountName(accessToken)) {
    if (named !== undefined && named !== accessToken) throw otherAccount(named, accessToken)
    return { ...withKey(configured(apiKey), configuredName), account: accessToken }
  }
  const keyName = secret === undefined ? 'the accessToken of the message' : `the value of ${secret}`
  return withAccount(withKey(accessToken, keyName), named)
}

export const isAccountName = (accessToken: string): boolean => /^acct_\w{1,250}$/.test(accessToken)

/** A key of an account reads that account. A key of an organization reads the account that the message names. */
function withAccount(key: Omit<StripeAccess, 'account'>, named: string | undefined): StripeAccess {
  if (key.header === 'stripeAccount') return { ...key, account: undefined }
  if (named !== undefined && isAccountName(named)) return { ...key, account: named }
  throw new SyncError(
    'reject',
    'account_unknown',
    `stripe: ${key.keyName} is an organization's key (sk_org_…), which reads no account by itself. Name the account in the message ("account": "acct_…") and send it with a new jobId.`,
  )
}

function otherAccount(named: string, token: string): SyncError {
  return new SyncError(
    'reject',
    'account_mismatch',
    `stripe: the message names account ${named}, and its accessToken is ${token}. Send a new jobId, with one of them.`,
  )
}

const configuredName = 'the configured Stripe.ApiKey'

function missingToken(): SyncError {
  return new SyncError(
    'reject',
    'no_credentials',
    "stripe: the message has no accessToken. Send the tenant's own key (sk_…, rk_…), a reference to it (arn:aws:secretsmanager:…, ssm:/NAME) or a connected account (acct_…). The configured Stripe.ApiKey is used without a token only for the tenant that Stripe.ApiKeyTenant names.",
  )
}

function configured(key: string | undefined): string {
  if (key) return key
  throw new SyncError(
    'reject',
    'no_credentials',
    'stripe: the message needs the configured key, and Stripe.ApiKey is not set. Set it, or send a key (sk_…, rk_…) as accessToken.',
  )
}

function withKey(apiKey: string, keyName: string): Omit<StripeAccess, 'account'> {
  if (apiKey.startsWith('pk_'))
    throw new SyncError(
      'reject',
      'publishable_key',
      `stripe: ${keyName} is a publishable key (pk_…), which cannot read data. Use a secret key (sk_…) or a restricted key (rk_…).`,
    )
  if (!/^(sk|rk|rkcs)_\w+$/.test(apiKey))
    throw new SyncError(
      'reject',
      'bad_credentials',
      `stripe: ${keyName} has not the form of a Stripe key. Use a secret key (sk_…) or a restricted key (rk_…)${keyName === configuredName ? '' : ', or send an account id (acct_…)'}.`,
    )
  const isOrganization = apiKey.startsWith('sk_org')
  // Stripe documents no mode in the prefix of an organization's key (docs.stripe.com/keys/organization-api-keys).
  const isLive = isOrganization ? !apiKey.includes('_test_') : /^[a-z]+_live_/.test(apiKey)
  return {
    apiKey,
    keyName,
    header: isOrganization ? 'stripeContext' : 'stripeAccount',
    mode: isLive ? 'live' : 'test',
  }
}

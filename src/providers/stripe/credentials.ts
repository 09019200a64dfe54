import { SyncError } from '../../errors.ts'
import type { Credentials } from '../../provider/contract.ts'

/** The key to use, and the account to read with it. */
export interface StripeAccess {
  readonly apiKey: string
  /** Where the key comes from, for error messages. */
  readonly keyName: string
  /** Connected account, sent as the Stripe-Account header. */
  readonly account: string | undefined
  readonly live: boolean
}

/** The configured key, and the tenant that its account belongs to. */
interface ConfiguredKey {
  readonly apiKey: string | undefined
  readonly apiKeyTenant?: string | undefined
}

/**
 * Reads `accessToken`. A secret or restricted key is used directly. An account id selects the configured platform key
 * on behalf of that account. Without a token the configured key is used, but only for the tenant that it belongs to.
 * @throws SyncError with verdict `reject`; its message never holds the token
 */
export function readAccess({ tenantId, accessToken, secret }: Credentials, settings: ConfiguredKey): StripeAccess {
  const { apiKey, apiKeyTenant } = settings
  if (accessToken === undefined) {
    if (apiKeyTenant?.toLowerCase() !== tenantId.toLowerCase()) throw missingToken()
    return { ...withKey(configured(apiKey), configuredName), account: undefined }
  }
  if (/^acct_\w{1,250}$/.test(accessToken))
    return { ...withKey(configured(apiKey), configuredName), account: accessToken }
  const keyName = secret === undefined ? 'the accessToken of the message' : `the value of ${secret}`
  return { ...withKey(accessToken, keyName), account: undefined }
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

function withKey(apiKey: string, keyName: string): Pick<StripeAccess, 'apiKey' | 'keyName' | 'live'> {
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
      `stripe: ${keyName} is not a secret key (sk_…)${keyName === configuredName ? '' : ', an account id (acct_…)'} or a restricted key (rk_…).`,
    )
  return { apiKey, keyName, live: /^[a-z]+_live_/.test(apiKey) }
}

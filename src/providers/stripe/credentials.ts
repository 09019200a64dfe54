import { SyncError } from '../../errors.ts'
import type { Credentials } from '../../provider/contract.ts'

/** The key to use, and the account to read with it. */
export interface StripeAccess {
  readonly apiKey: string
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
export function readAccess({ tenantId, accessToken }: Credentials, settings: ConfiguredKey): StripeAccess {
  const { apiKey, apiKeyTenant } = settings
  if (accessToken === undefined) {
    if (apiKeyTenant?.toLowerCase() !== tenantId.toLowerCase()) throw missingToken()
    return { ...withKey(configured(apiKey)), account: undefined }
  }
  if (/^acct_\w{1,250}$/.test(accessToken)) return { ...withKey(configured(apiKey)), account: accessToken }
  return { ...withKey(accessToken), account: undefined }
}

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

function withKey(apiKey: string): Pick<StripeAccess, 'apiKey' | 'live'> {
  if (apiKey.startsWith('pk_'))
    throw new SyncError(
      'reject',
      'publishable_key',
      'stripe: a publishable key (pk_…) cannot read data; use a secret (sk_…) or restricted key (rk_…)',
    )
  if (!/^(sk|rk|rkcs)_\w+$/.test(apiKey))
    throw new SyncError(
      'reject',
      'bad_credentials',
      'stripe: the accessToken is not a secret key (sk_…), a restricted key (rk_…) or an account id (acct_…)',
    )
  return { apiKey, live: /^[a-z]+_live_/.test(apiKey) }
}

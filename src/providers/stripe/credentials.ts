import { SyncError } from '../../errors.ts'
import type { Credentials } from '../../provider/contract.ts'

/** Whose data is read with which key. */
export interface StripeAccess {
  readonly apiKey: string
  /** Connected account, sent as the Stripe-Account header. */
  readonly account: string | undefined
  readonly live: boolean
}

/**
 * `accessToken` as Stripe means it: a secret or restricted key is used as it is; an account id means the configured
 * platform key on behalf of that account; none means the configured key.
 * @throws SyncError with verdict `reject`; its message never holds the token
 */
export function readAccess({ accessToken }: Credentials, configuredKey: string | undefined): StripeAccess {
  if (accessToken === undefined) return { ...withKey(configured(configuredKey)), account: undefined }
  if (/^acct_\w{1,250}$/.test(accessToken)) return { ...withKey(configured(configuredKey)), account: accessToken }
  return { ...withKey(accessToken), account: undefined }
}

function configured(key: string | undefined): string {
  if (key) return key
  throw new SyncError(
    'reject',
    'no_credentials',
    'stripe: the job brings no key of its own and Stripe.ApiKey is not configured; set one of them',
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
      'stripe: the access token is no secret key (sk_…), restricted key (rk_…) or account id (acct_…)',
    )
  return { apiKey, live: /^[a-z]+_live_/.test(apiKey) }
}

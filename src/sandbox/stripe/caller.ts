import type { IncomingHttpHeaders } from 'node:http'
import { accountInvalid, invalidKey, Refusal } from './refusal.ts'

/** Who asks, as the key and the `Stripe-Account` header say. */
export interface Caller {
  readonly key: string
  readonly restricted: boolean
  readonly livemode: boolean
  readonly account?: string
  /** One account in one mode: what has its own rate limits and its own cursors. */
  readonly tenant: string
}

/**
 * Accepts secret and restricted keys. Refuses the rest with 401, among them keys like `sk_test_invalid…` and
 * `rk_live_revoked…` and those in `revoked`; accounts like `acct_revoked…` are refused with 403.
 */
export function authenticate(headers: IncomingHttpHeaders, revoked: readonly string[]): Caller {
  const key = keyIn(headers.authorization)
  if (key.startsWith('pk_')) throw publishable()
  const kind = key.match(/^(sk|rk)_(test|live)_./)
  if (!kind || revoked.includes(key) || /^.k_...._(invalid|revoked)/.test(key)) throw invalidKey(key)

  const livemode = kind[2] === 'live'
  const mode = livemode ? 'live' : 'test'
  const restricted = kind[1] === 'rk'
  const account = headers['stripe-account']
  if (typeof account !== 'string') return { key, restricted, livemode, tenant: `${key} ${mode}` }
  if (!/^acct_\w+$/.test(account) || account.startsWith('acct_revoked')) throw accountInvalid(key, account)
  return { key, restricted, livemode, account, tenant: `${account} ${mode}` }
}

function keyIn(authorization: string | undefined): string {
  const [scheme, value] = authorization?.split(' ') ?? []
  if (scheme?.toLowerCase() === 'bearer' && value) return value
  if (scheme?.toLowerCase() === 'basic' && value) {
    const user = Buffer.from(value, 'base64').toString().split(':')[0]
    if (user) return user
  }
  throw new Refusal(
    401,
    {
      message:
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    },
    { 'WWW-Authenticate': 'Basic realm="Stripe"' },
  )
}

const publishable = () =>
  new Refusal(401, {
    code: 'secret_key_required',
    message:
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
  })

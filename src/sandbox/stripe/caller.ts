import type { IncomingHttpHeaders } from 'node:http'
import { accountInvalid, invalidKey, Refusal } from './refusal.ts'

/** Who sends a request, by the key and the `Stripe-Account` or `Stripe-Context` header. */
export interface Caller {
  readonly key: string
  readonly restricted: boolean
  readonly livemode: boolean
  readonly account?: string
  /** Names one account in one mode, which has its own rate limits and its own cursors. */
  readonly accountKey: string
}

/**
 * Accepts secret and restricted keys. Refuses all others with 401, also keys like `sk_test_invalid…` and
 * `rk_live_revoked…` and those in `revokedKeys`. Refuses accounts like `acct_revoked…` with 403.
 */
export function authenticate(headers: IncomingHttpHeaders, revokedKeys: readonly string[]): Caller {
  const key = keyIn(headers.authorization)
  if (key.startsWith('pk_')) throw publishableKey()
  if (key.startsWith('sk_org_')) return ofOrganization(key, headers['stripe-context'])
  const kind = key.match(/^(sk|rk)_(test|live)_./)
  if (!kind || revokedKeys.includes(key) || /^.k_...._(invalid|revoked)/.test(key)) throw invalidKey(key)

  const livemode = kind[2] === 'live'
  const mode = livemode ? 'live' : 'test'
  const restricted = kind[1] === 'rk'
  const account = headers['stripe-account']
  if (typeof account !== 'string') return { key, restricted, livemode, accountKey: `${key} ${mode}` }
  if (!/^acct_\w+$/.test(account) || account.startsWith('acct_revoked')) throw accountInvalid(key, account)
  return { key, restricted, livemode, account, accountKey: `${account} ${mode}` }
}

/** A key of an organization names the account of each request; docs.stripe.com/keys/organization-api-keys. */
function ofOrganization(key: string, account: string | string[] | undefined): Caller {
  if (typeof account !== 'string' || !/^acct_\w+$/.test(account))
    throw new Refusal(400, { message: 'Requests with an organization API key must include the Stripe-Context header.' })
  return { key, restricted: false, livemode: true, account, accountKey: `${account} live` }
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

const publishableKey = () =>
  new Refusal(401, {
    code: 'secret_key_required',
    message:
      'This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.',
  })

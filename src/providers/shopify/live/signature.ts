import type { LiveEvents } from '../../../provider/live.ts'
import { fitsAny, hmac, isSame } from '../../../provider/signature.ts'

/** HMAC-SHA256 of the body with the app's client secret, in base64. Shopify signs no time. */
export const verify: NonNullable<LiveEvents['verify']> = ({ body, headers }, secrets) => {
  const signature = headers['x-shopify-hmac-sha256']
  if (!signature) return 'unsigned'
  return fitsAny(secrets, (secret) => isSame(signature, hmac(secret, 'base64', body))) ? 'genuine' : 'forged'
}

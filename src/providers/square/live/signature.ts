import type { LiveEvents } from '../../../provider/live.ts'
import { fitsAny, hmac, isSame } from '../../../provider/signature.ts'

/**
 * HMAC-SHA256 of the notification URL, as it was subscribed, and the body, in base64. Square signs no time, so an event is
 * never too old: the guard of observations refuses what is replayed.
 */
export const verify: NonNullable<LiveEvents['verify']> = ({ body, headers, signedFor }, secrets) => {
  const signature = headers['x-square-hmacsha256-signature']
  if (!signature || signedFor === null) return 'unsigned'
  const isGenuine = fitsAny(secrets, (secret) => isSame(signature, hmac(secret, 'base64', signedFor, body)))
  return isGenuine ? 'genuine' : 'forged'
}

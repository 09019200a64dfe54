import type { LiveEvents } from '../../../provider/live.ts'
import { fitsAny, hmac, isSame } from '../../../provider/signature.ts'

/** docs.stripe.com/webhooks/signature: the tolerance of Stripe's own libraries. */
const toleranceMs = 300_000

/**
 * `Stripe-Signature: t=…,v1=…[,v1=…][,v0=…]`, each `v1` an HMAC-SHA256 of `t.body` in hex. Other schemes do not count: an
 * attacker could choose a weaker one.
 */
export const verify: NonNullable<LiveEvents['verify']> = ({ body, headers, receivedAt }, secrets) => {
  const parts = (headers['stripe-signature'] ?? '').split(',').map((part) => part.trim().split('='))
  const valuesOf = (wanted: string) => parts.flatMap(([name, value]) => (name === wanted && value ? [value] : []))
  const [times, signatures] = [valuesOf('t'), valuesOf('v1')]
  const [time = ''] = times
  if (times.length !== 1 || !/^\d{1,12}$/.test(time) || signatures.length === 0) return 'unsigned'
  const isGenuine = fitsAny(secrets, (secret) => {
    const expected = hmac(secret, 'hex', `${time}.`, body)
    return signatures.map((signature) => isSame(signature, expected)).some(Boolean)
  })
  if (!isGenuine) return 'forged'
  return Math.abs(receivedAt.getTime() - Number(time) * 1_000) > toleranceMs ? 'too-old' : 'genuine'
}

import { createVerify, X509Certificate } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { LiveEvents } from '../../../provider/live.ts'

/** PayPal sends an event again for three days, with its first time as far as is known. */
const toleranceMs = 3 * 86_400_000

/**
 * RSA-SHA256 of `transmission id|transmission time|webhook id|CRC-32 of the body in decimal`.
 * developer.paypal.com/api/rest/webhooks/rest
 */
export const verify: NonNullable<LiveEvents['verify']> = ({ body, headers, signedFor, certificate, receivedAt }) => {
  const {
    'paypal-transmission-id': id,
    'paypal-transmission-time': time,
    'paypal-transmission-sig': signature,
  } = headers
  if (!id || !time || !signature || signedFor === null || headers['paypal-auth-algo'] !== 'SHA256withRSA')
    return 'unsigned'
  if (certificate === null) return 'forged'
  const signed = createVerify('sha256').update(`${id}|${time}|${signedFor}|${crc32(body)}`)
  if (!signed.verify(new X509Certificate(certificate).publicKey, signature, 'base64')) return 'forged'
  const apart = Math.abs(receivedAt.getTime() - Date.parse(time))
  return apart <= toleranceMs ? 'genuine' : 'too-old'
}

/** A host that an event may choose would sign whatever the sender likes. */
export const certificateUrl: NonNullable<LiveEvents['certificateUrl']> = (headers) => {
  const text = headers['paypal-cert-url'] ?? ''
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  const { protocol, hostname, port, username, password, pathname, search, hash } = url
  const isPlain = protocol === 'https:' && `${port}${username}${password}${search}${hash}` === ''
  const isPayPal = /^api(?:-m)?(?:\.sandbox)?\.paypal\.com$/.test(hostname)
  return isPlain && isPayPal && /^\/v1\/notifications\/certs\/[\w-]+$/.test(pathname) ? url : null
}

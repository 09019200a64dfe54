import { createSign, randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { createAuthority } from '../../server/certificates.ts'

/** What PayPal signs its events with: a certificate at an address of its own, whose chain leads to an authority. */
export interface EventSigner {
  /** The headers of an event for the webhook with that id. `at` in unix milliseconds. */
  signedHeaders(body: string, webhookId: string, at: number): Readonly<Record<string, string>>
  readonly certificateUrl: string
  /** The certificate and that of its issuer, in PEM, as the address answers. */
  readonly chain: string
  /** The authority, in PEM. */
  readonly root: string
}

/** Signs as PayPal does, by an authority that nothing but this process knows. developer.paypal.com/api/rest/webhooks/rest */
export function createEventSigner(): EventSigner {
  const root = createAuthority('Sandbox Root')
  const middle = root.authorize('Sandbox Issuer')
  const leaf = middle.issue({ hosts: ['messageverificationcerts.paypal.com'], algorithm: 'rsa' })
  const certificateUrl = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-ab47cc24'
  return {
    signedHeaders(body, webhookId, at) {
      const [id, time] = [randomUUID(), new Date(at).toISOString()]
      const signed = createSign('sha256').update(`${id}|${time}|${webhookId}|${crc32(body)}`)
      return {
        'PAYPAL-TRANSMISSION-ID': id,
        'PAYPAL-TRANSMISSION-TIME': time,
        'PAYPAL-TRANSMISSION-SIG': signed.sign(leaf.key, 'base64'),
        'PAYPAL-CERT-URL': certificateUrl,
        'PAYPAL-AUTH-ALGO': 'SHA256withRSA',
      }
    },
    certificateUrl,
    chain: leaf.certificate + middle.certificate,
    root: root.certificate,
  }
}

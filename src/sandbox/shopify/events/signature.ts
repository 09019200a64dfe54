import { createHmac } from 'node:crypto'

/** The header that says who sent a webhook. shopify.dev/docs/apps/build/webhooks/subscribe/https */
export function signedHeaders(body: string, clientSecret: string): Readonly<Record<string, string>> {
  return { 'X-Shopify-Hmac-Sha256': createHmac('sha256', clientSecret).update(body).digest('base64') }
}

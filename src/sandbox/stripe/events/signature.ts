import { createHmac } from 'node:crypto'

/** The headers with which Stripe sends an event to an endpoint. `at` in unix seconds. docs.stripe.com/webhooks/signature */
export function signedHeaders(body: string, secret: string, at: number): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')
  return { 'Stripe-Signature': `t=${at},v1=${signature}` }
}

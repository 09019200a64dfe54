import { createHmac } from 'node:crypto'

/** The headers with which Square sends an event to its URL. developer.squareup.com/docs/webhooks/step3validate */
export function signedHeaders(body: string, key: string, url: string): Readonly<Record<string, string>> {
  return {
    'x-square-hmacsha256-signature': createHmac('sha256', key)
      .update(url + body)
      .digest('base64'),
  }
}

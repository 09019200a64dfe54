import type { LiveEvents } from '../../../provider/live.ts'
import { read } from './read.ts'
import { route } from './route.ts'
import { verify } from './signature.ts'

export const live: LiveEvents = {
  headers: [
    'x-shopify-hmac-sha256',
    'x-shopify-topic',
    'x-shopify-shop-domain',
    'x-shopify-triggered-at',
    'x-shopify-webhook-id',
  ],
  verify,
  route,
  read,
}

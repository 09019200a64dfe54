import type { LiveEvents } from '../../../provider/live.ts'
import { read } from './read.ts'
import { route } from './route.ts'
import { certificateUrl, verify } from './signature.ts'

export const live: LiveEvents = {
  headers: [
    'paypal-transmission-id',
    'paypal-transmission-time',
    'paypal-transmission-sig',
    'paypal-cert-url',
    'paypal-auth-algo',
  ],
  certificateUrl,
  verify,
  route,
  read,
}

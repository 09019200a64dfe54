import type { LiveEvents } from '../../../provider/live.ts'
import { read } from './read.ts'
import { route } from './route.ts'
import { verify } from './signature.ts'

export const live: LiveEvents = {
  headers: ['x-square-hmacsha256-signature'],
  verify,
  route,
  read,
}

import type { LiveEvents } from '../../../provider/live.ts'
import { lifecycleOf } from './lifecycle.ts'
import { read } from './read.ts'
import { route } from './route.ts'
import { verify } from './signature.ts'

export const live: LiveEvents = {
  headers: ['stripe-signature'],
  verify,
  route,
  read: (event, arrived) => lifecycleOf(event) ?? read(event, arrived),
}

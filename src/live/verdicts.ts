import { SyncError } from '../errors.ts'
import type { Verdict } from '../provider/live.ts'
import type { Message } from '../queue/message.ts'
import type { Settlement } from './settlement.ts'

interface Origin {
  readonly provider: string
  readonly route: string
}

/** An account may be connected a moment after its first event. */
const patienceMs = 15 * 60_000

/** What becomes of an event whose account is not known, by the time at which its message was sent. */
export function unknownRoute({ message, ...origin }: Origin & { readonly message: Message }, now: number): Settlement {
  const ageMs = message.sentAt ? now - message.sentAt.getTime() : patienceMs
  const name = `${origin.provider} ${origin.route}`
  if (ageMs < patienceMs) return { kind: 'hide', seconds: doubled(ageMs) }
  const error = new SyncError(
    'unreadable',
    'unknown_route',
    `event: no account has the route "${origin.route}" of ${origin.provider}. Add it with: billing-sync routes add.`,
  )
  return { kind: 'dead-letter', error, origin: name }
}

/** From half a minute to five: seven deliveries in 15 minutes, fewer than the queue allows. */
function doubled(ageMs: number): number {
  const seconds = Math.round(ageMs / 1_000)
  return Math.min(300, Math.max(30, seconds))
}

/** Seconds until the next attempt after a failure of the database or of a secret store. */
export const secondsToHide = ({ receiveCount }: Message): number => Math.min(300, 5 * 2 ** Math.min(receiveCount, 6))

/** Null if the event is genuine. It has no part of the event but its route. */
export function refusal({ provider, route }: Origin, verdict: Verdict): SyncError | null {
  switch (verdict) {
    case 'genuine':
      return null
    case 'too-old':
      return new SyncError(
        'unreadable',
        'event_too_old',
        `event: ${provider} signed an event of the route "${route}" long before it arrived. Check the clock of what sends it on.`,
      )
    case 'forged':
      return new SyncError(
        'unreadable',
        'forged',
        `event: the signature of an event of the route "${route}" of ${provider} does not fit its body. Compare the signing secrets of the account.`,
      )
    case 'unsigned':
      return new SyncError(
        'unreadable',
        'forged',
        `event: an event of the route "${route}" of ${provider} has no signature that the worker can check. Compare the headers that arrive.`,
      )
  }
}

import type Stripe from 'stripe'
import type { StripeObject } from '../resource.ts'

export type EventType = Stripe.Event['type']

/** The types of the events that a change of an object makes, in the order in which they are sent. */
export interface ChangeEvents {
  created?(object: StripeObject): readonly EventType[]
  updated?(before: StripeObject, after: StripeObject): readonly EventType[]
  readonly deleted?: EventType
}

export function changeEvents(created: EventType, updated?: EventType, deleted?: EventType): ChangeEvents {
  return {
    created: () => [created],
    ...(updated ? { updated: () => [updated] } : {}),
    ...(deleted ? { deleted } : {}),
  }
}

/** The events of a change to a status; for any other change `otherwise` and `more`. */
export function byStatus(
  otherwise: EventType,
  reached: Readonly<Record<string, readonly EventType[]>>,
  ...more: EventType[]
) {
  return (before: StripeObject, after: StripeObject): readonly EventType[] =>
    (before.status === after.status ? undefined : reached[String(after.status)]) ?? [otherwise, ...more]
}

import type Stripe from 'stripe'
import type { StripeObject } from '../resource.ts'

export type EventType = Stripe.Event['type']

/** Which events a change of an object of one resource makes, in the order in which they happen. */
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

/** The events of reaching a status, or those of any other change. */
export function byStatus(
  otherwise: EventType,
  reached: Readonly<Record<string, readonly EventType[]>>,
  ...more: EventType[]
) {
  return (before: StripeObject, after: StripeObject): readonly EventType[] =>
    (before.status === after.status ? undefined : reached[String(after.status)]) ?? [otherwise, ...more]
}

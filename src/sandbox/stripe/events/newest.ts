import type { Collection } from '../collection.ts'
import type { Populated } from '../populate.ts'
import type { StripeObject } from '../resource.ts'
import { type ByResource, modelled } from '../resources/names.ts'
import { happenings } from './event-types.ts'
import type { Recorder } from './recorder.ts'

/** The events of the newest objects of every resource, as if they had been watched. Those over thirty days old are cut off. */
export function announceNewest(collections: ByResource<Collection>, record: Recorder, count: number): void {
  for (const name of modelled) {
    const created = happenings[name]?.created
    if (!created) continue
    const newest = { limit: count, min: 0, max: Number.POSITIVE_INFINITY, filters: {} }
    for (const item of collections[name].page(newest).items) {
      const object = collections[name].object(item, false)
      record({ types: created(object), object, at: item.created })
    }
  }
}

/** Finds the invoice payment behind a payment intent; the generated ones have the same number. */
export function paymentOf({ collections, idOf, numberOf }: Populated) {
  return (intent: string): StripeObject | undefined => {
    const payments = collections.invoice_payments
    const number = numberOf('payment_intents', intent)
    const generated = number === undefined ? [] : [idOf('invoice_payments', number)]
    return [...generated, ...payments.touched()]
      .map((id) => payments.retrieve(id))
      .find((payment) => (payment?.payment as { payment_intent?: string } | undefined)?.payment_intent === intent)
  }
}

import type { Collection } from '../collection.ts'
import type { PopulatedAccount } from '../populate.ts'
import type { StripeObject } from '../resource.ts'
import { type ByResource, modelled } from '../resources/names.ts'
import { eventTypes } from './event-types.ts'
import type { Recorder } from './recorder.ts'

/** Records the events of the newest objects of each resource. Events over thirty days old are not served. */
export function recordNewest(collections: ByResource<Collection>, recordChange: Recorder, count: number): void {
  for (const name of modelled) {
    const created = eventTypes[name]?.created
    if (!created) continue
    const newest = { limit: count, min: 0, max: Number.POSITIVE_INFINITY, filters: {} }
    for (const item of collections[name].page(newest).items) {
      const object = collections[name].object(item, false)
      recordChange({ types: created(object), object, at: item.created })
    }
  }
}

/** Finds the invoice payment of a payment intent. Generated payments have the number of their intent. */
export function paymentOf({ collections, idOf, numberOf }: PopulatedAccount) {
  return (intent: string): StripeObject | undefined => {
    const payments = collections.invoice_payments
    const number = numberOf('payment_intents', intent)
    const generated = number === undefined ? [] : [idOf('invoice_payments', number)]
    return [...generated, ...payments.changedIds()]
      .map((id) => payments.retrieve(id))
      .find((payment) => (payment?.payment as { payment_intent?: string } | undefined)?.payment_intent === intent)
  }
}

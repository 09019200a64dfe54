import Stripe from 'stripe'
import type { Retrieved } from '../../provider/contract.ts'
import { type StripeConnection, unusable } from './connection.ts'

/** One object. `path`: that of its list. What Stripe no longer has, or has only a stub of, is null. */
export async function retrieveObject(stripe: StripeConnection, path: string, id: string): Promise<Retrieved> {
  try {
    const { body, payload, date } = await stripe.get(`${path}/${encodeURIComponent(id)}`)
    if (body.id !== id) throw unusable('is not the object that was asked for')
    return body.deleted === true ? { item: null, observedAt: date } : { item: body, payload, observedAt: date }
  } catch (error) {
    const observedAt = whenMissing(error)
    if (observedAt) return { item: null, observedAt }
    throw error
  }
}

function whenMissing(error: unknown): Date | undefined {
  if (!(error instanceof Stripe.errors.StripeError) || error.code !== 'resource_missing') return undefined
  const date = new Date(error.headers?.date ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

import Stripe from 'stripe'
import type { Retrieved } from '../../provider/contract.ts'
import { fields } from '../../provider/fields.ts'
import { type StripeConnection, unusable } from './connection.ts'

/** Fetches one object; `path` is its list's, `query` what the request expands. The item is null if Stripe no longer has it or has only a stub. */
export async function retrieveObject(
  stripe: StripeConnection,
  { path, id, query = '' }: { readonly path: string; readonly id: string; readonly query?: string },
): Promise<Retrieved> {
  try {
    const { json, date } = await stripe.get(`${path}/${encodeURIComponent(id)}${query}`)
    const item = json.whole
    const object = fields(item.value())
    if (object.id !== id) throw unusable('is another object than the request named')
    return { item: object.deleted === true ? null : item, observedAt: date }
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

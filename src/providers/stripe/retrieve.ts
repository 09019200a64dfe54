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

/** The code of an object that is not there, in API v1 and v2. */
const missing: ReadonlySet<string | undefined> = new Set(['resource_missing', 'not_found'])

function whenMissing(error: unknown): Date | undefined {
  if (!(error instanceof Stripe.errors.StripeError) || !missing.has(error.code)) return undefined
  const date = new Date(error.headers?.date ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}

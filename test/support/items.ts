import { openAnswer } from '../../src/json/answer.ts'
import { Item } from '../../src/json/item.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import type { StripeAnswer } from '../../src/providers/stripe/connection.ts'

/** Items that were put together, without bytes. */
export const itemsOf = (values: readonly unknown[]): readonly Item[] => values.map((value) => Item.of(value))

/** Two items have no fields that a test could compare; their values have. */
export const valuesOf = (items: readonly Item[]): readonly unknown[] => items.map((item) => item.value())

/** Items with their bytes, as a list of this text has them. */
export function cutItems(text: string): readonly Item[] {
  const list = RawJson.of(Buffer.from(text))
  return JSON.parse(text).map((value: unknown, at: number) => Item.of(value, list.at(at)))
}

/** Stripe's answer with this JSON. */
export function answerWith(body: unknown, date: Date): StripeAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { json: openAnswer(Buffer.from(text), () => new Error('not JSON')), date }
}

import { type Item, rawOf } from '../json/item.ts'

/** What a provider's author needs to read answers: items, and the door through which an answer's bytes come in. */
export { type ItemList, type JsonAnswer, openAnswer } from '../json/answer.ts'
export { isUsableId } from '../json/id.ts'
export { Item, itemsIn } from '../json/item.ts'

/** A whole number as it was sent. JSON.parse rounds one beyond 2^53. Null if it is none. */
export function wholeNumber(item: Item): string | null {
  const sent = rawOf(item)?.bytes.toString('utf8') ?? String(item.value())
  return /^\d{1,40}$/.test(sent) ? sent : null
}

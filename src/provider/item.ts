/** What a provider's author needs to read answers: items, and the door through which an answer's bytes come in. */
export { type ItemList, type JsonAnswer, openAnswer } from '../json/answer.ts'
export { isUsableId } from '../json/id.ts'
export { Item, itemsIn } from '../json/item.ts'

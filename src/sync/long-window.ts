import type { Page } from '../provider/contract.ts'
import type { Reader } from './reader.ts'

/** Requests of a window that a pause may cost: at one a second, a fraction of an invocation. */
const requestsAtMost = 200
/** A day with that many is read as it is. */
const leastSeconds = 86_400

/**
 * Whether a window that counts only as a whole takes so many requests that it is better read in halves. A pause within it
 * begins it again, and an invocation that never reaches its end would get nowhere. Its first page tells.
 */
export function isTooLong({ slice, source, limit }: Pick<Reader, 'slice' | 'source' | 'limit'>, page: Page): boolean {
  const { total } = page
  const { from, to } = slice.query
  if (total === undefined || page.next === null || slice.cursor !== null) return false
  const isFetchedById = source.kind === 'list' && source.listsSummaries && source.retrieve
  const requests = Math.ceil(total / limit) + (isFetchedById ? total : 0)
  return requests > requestsAtMost && (to === null || to - from > leastSeconds)
}

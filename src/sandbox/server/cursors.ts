import type { Listing } from '../stripe/collection.ts'

/**
 * Remembers which window of creation time handed out each cursor. Stripe can answer an empty page for a cursor that is
 * carried into another window, and rows are lost without an error; here it always does, so no worker gets away with it.
 */
export interface Cursors {
  handedOut(tenant: string, path: string, listing: Listing, lastId: string): void
  /** True for a cursor that other windows handed out and this one never did. */
  misused(tenant: string, path: string, listing: Listing): boolean
}

export function createCursors(): Cursors {
  const windows = new Map<string, Set<string>>()
  const name = (tenant: string, path: string, id: string) => `${tenant} ${path} ${id}`
  const windowOf = ({ min, max }: Listing) => `${min}..${max}`
  return {
    handedOut(tenant, path, listing, lastId) {
      const cursor = name(tenant, path, lastId)
      const known = windows.get(cursor) ?? new Set()
      windows.set(cursor, known.add(windowOf(listing)))
    },
    misused(tenant, path, listing) {
      if (listing.startingAfter === undefined) return false
      const known = windows.get(name(tenant, path, listing.startingAfter))
      return known !== undefined && !known.has(windowOf(listing))
    },
  }
}

/** Yields the pages of each slice in their order, even if a later page is complete first. */
export interface InOrder<T> {
  /** Calls `take` once `page` and all pages before it in the slice are complete. Rejects if one of them failed. */
  add(slice: number, page: Promise<T>, take: (page: T) => void): Promise<void>
}

export function createInOrder<T>(): InOrder<T> {
  const lastOf = new Map<number, Promise<void>>()
  return {
    add(slice, page, take) {
      // It may fail while an earlier page is awaited.
      page.catch(() => {})
      const before = lastOf.get(slice) ?? Promise.resolve()
      const taken = before.then(async () => take(await page))
      lastOf.set(slice, taken)
      return taken
    },
  }
}

/** The window of creation times a list call asks for, in unix seconds, and the cursor it sends. */
export interface WindowCall {
  readonly min: number
  readonly max: number
  readonly startingAfter?: string
}

/**
 * Remembers in which windows each cursor was given out. Stripe can answer an empty page for a cursor that is sent with
 * another window, and rows are lost without an error. The sandbox always does, so that a worker cannot miss the mistake.
 */
export interface Cursors {
  /** Records that a page of this call ended with the item `lastId`, whose id is the next cursor. */
  issue(accountKey: string, path: string, call: WindowCall, lastId: string): void
  /** True for a cursor that was given out in other windows and never in this one. */
  isMisused(accountKey: string, path: string, call: WindowCall): boolean
}

export function createCursors(): Cursors {
  const windowsByCursor = new Map<string, Set<string>>()
  const cursorKey = (accountKey: string, path: string, id: string) => `${accountKey} ${path} ${id}`
  const windowKey = ({ min, max }: WindowCall) => `${min}..${max}`
  return {
    issue(accountKey, path, call, lastId) {
      const key = cursorKey(accountKey, path, lastId)
      const windows = windowsByCursor.get(key) ?? new Set()
      windowsByCursor.set(key, windows.add(windowKey(call)))
    },
    isMisused(accountKey, path, call) {
      if (call.startingAfter === undefined) return false
      const windows = windowsByCursor.get(cursorKey(accountKey, path, call.startingAfter))
      return windows !== undefined && !windows.has(windowKey(call))
    },
  }
}

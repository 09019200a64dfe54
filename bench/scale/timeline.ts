/** What happens next, by time; what is due at the same time comes in the order it was added. */
export interface Timeline<What> {
  add(at: number, what: What): void
  /** Time of the next; Infinity where there is none. */
  nextAt(): number
  /** Takes the next out. */
  next(): What | undefined
}

interface Entry<What> {
  readonly at: number
  readonly order: number
  readonly what: What
}

/** A binary heap. */
export function createTimeline<What>(): Timeline<What> {
  const heap: Entry<What>[] = []
  let added = 0
  const before = (left: Entry<What>, right: Entry<What>) =>
    left.at < right.at || (left.at === right.at && left.order < right.order)

  function rise(entry: Entry<What>): void {
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (!parent || !before(entry, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = entry
  }

  function sink(entry: Entry<What>): void {
    let at = 0
    for (;;) {
      const left = heap[2 * at + 1]
      if (!left) break
      const right = heap[2 * at + 2]
      const child = right && before(right, left) ? right : left
      if (before(entry, child)) break
      heap[at] = child
      at = child === left ? 2 * at + 1 : 2 * at + 2
    }
    heap[at] = entry
  }

  return {
    add: (at, what) => rise({ at, order: added++, what }),
    nextAt: () => heap[0]?.at ?? Number.POSITIVE_INFINITY,
    next() {
      const [first] = heap
      const last = heap.pop()
      if (last && heap.length > 0) sink(last)
      return first?.what
    },
  }
}

import type { ListItem } from '../collection.ts'

/** Where a bulk query gets the objects of its outer connection from. */
export interface BulkReader {
  next(all: () => Iterable<ListItem>): readonly ListItem[]
}

/** Reads the outer connection of a bulk query to its end, a part at a time. */
export function createBulkReader(): BulkReader & { isAtEnd(): boolean } {
  let items: Iterator<ListItem> | undefined
  let isAtEnd = true
  return {
    next(all) {
      items ??= all()[Symbol.iterator]()
      const part: ListItem[] = []
      isAtEnd = false
      while (part.length < partSize && !isAtEnd) {
        const { value, done } = items.next()
        if (done) isAtEnd = true
        else part.push(value)
      }
      return part
    },
    // A query whose outer object is null never asks for its connection.
    isAtEnd: () => isAtEnd,
  }
}

const partSize = 100

import type { Advance, Checkpoint } from '../job/state/checkpoint.ts'
import { decrement, noTally, type Tally } from '../job/state/tally.ts'
import { withoutCursor } from '../sync/slices.ts'

/*
 * An erased item counts as never listed: otherwise the listed and the stored rows would not match. Pure, like the
 * checkpoint's other moves.
 */

/** An item as a checkpoint counts it. */
export interface ListedItem {
  readonly resource: string
  readonly id: string
  /** Second of creation; null if the item has none, or is in no list. */
  readonly created: number | null
}

/** The page as if these of its items had not been listed. `from`: the checkpoint before the page. */
export function omitItems<Page extends Advance>(from: Checkpoint, page: Page, items: readonly ListedItem[]): Page {
  if (items.length === 0) return page
  const slice = from.slices.find(({ id }) => id === page.sliceId)
  const listed = [...page.listed]
  const nested = [...page.nested]
  for (const { id, created, resource } of items) {
    const isCounted = created === slice?.position && slice?.boundary.includes(id)
    const at = isCounted || resource !== slice?.resource ? -1 : listed.indexOf(created ?? 0)
    if (at >= 0) listed.splice(at, 1)
    const inList = nested.findIndex((list) => list.resource === resource && list.items > 0)
    const list = nested[inList]
    if (list) nested[inList] = { ...list, items: list.items - 1 }
  }
  return { ...page, listed, nested }
}

/**
 * The checkpoint as if these stored items had not been listed so far. Of an item without a creation time, or of a list
 * that is read without times, nobody can tell whether it was listed: the resource is no longer counted.
 */
export function discountItems(from: Checkpoint, items: readonly ListedItem[]): Checkpoint {
  const tallies = { ...from.tallies }
  const names = new Set(items.map(({ resource }) => resource))
  const slices = from.slices.map((slice) =>
    slice.pending ? { ...slice, pending: withoutTallies(slice.pending, names) } : slice,
  )
  for (const item of items) {
    const tally = tallies[item.resource]
    const isTimeless = from.slices.some(
      ({ resource, cursor, position }) => resource === item.resource && cursor !== null && position === null,
    )
    if (tally && (item.created === null || isTimeless)) tallies[item.resource] = noTally
    else if (tally && item.created !== null && item.created <= tally.until && wasListed(from, item))
      tallies[item.resource] = decrement(tally, item.created)
  }
  return { ...from, slices, tallies }
}

const withoutTallies = (pending: Readonly<Record<string, Tally>>, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(pending).map(([name, tally]) => [name, names.has(name) ? noTally : tally]))

/** The checkpoint without these ids. A slice whose cursor is one of them is read again from the second of that cursor. */
export function removeIds(from: Checkpoint, ids: ReadonlySet<string>): Checkpoint {
  const slices = from.slices.map((slice) => {
    const boundary = slice.boundary.filter((id) => !ids.has(id))
    const isCursorErased = slice.cursor !== null && ids.has(slice.cursor)
    const remaining = { ...(isCursorErased ? withoutCursor(slice) : slice), boundary }
    return slice.ids ? { ...remaining, ids: slice.ids.filter((id) => !ids.has(id)) } : remaining
  })
  return { ...from, slices }
}

/** Whether no remaining slice will list the item. */
export function wasListed({ slices }: Checkpoint, { resource, id, created }: ListedItem): boolean {
  return !slices.some((slice) => {
    const { window, position, boundary } = slice
    if (slice.resource !== resource || created === null) return false
    if (created < window.from || created >= (window.to ?? Infinity)) return false
    return position === null || created < position || (created === position && !boundary.includes(id))
  })
}

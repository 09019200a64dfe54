import { answerTooLarge, SyncError } from '../errors.ts'
import type { Page, Query, Source } from '../provider/contract.ts'
import { type Digest, digestPage } from './page.ts'
import { afterPage, estimate, type Reading, type Slice, withoutCursor } from './slices.ts'

/** A slice on its way to its end, ahead of what is committed. */
export interface Reader extends Reading {
  slice: Slice
  readonly source: Source
  density: number | null
  inFlight: boolean
  /** The cursors it was given: one that comes again goes in a circle. */
  readonly cursors: Set<string | null>
  /** How often its cursor was gone since it last got further. */
  restarts: number
  /** Items of one page at most, since a page of more was too large. */
  limit: number
}

/** Objects under a cursor that are deleted one after the other in one second; more often, and something else is wrong. */
const restartsAtMost = 5

/** @throws SyncError `unknown_resource` where the provider does not have what the slice is of */
export function openReader(slice: Slice, sources: readonly Source[], limit: number): Reader {
  const source = sources.find(({ name }) => name === slice.resource)
  const fresh = { density: null, inFlight: false, cursors: new Set([slice.cursor]), restarts: 0 }
  if (source) return { slice, source, ...fresh, limit }
  throw new SyncError(
    'reject',
    'unknown_resource',
    `checkpoint: names the resource "${slice.resource}", which the provider does not have`,
  )
}

/** The page to ask for next. */
export function nextQuery({ slice: { query, cursor, part }, source, limit }: Reader): Query {
  return {
    ...(source.createdFilter && { window: query }),
    ...(part !== null && { part }),
    cursor,
    limit,
    mayBeUnparsed: true,
  }
}

/** A page as it was read of a slice. */
export interface PageTurned extends Digest {
  readonly last: boolean
  /** Seconds that the page before or the page after may have items of, too. */
  readonly shared: ReadonlySet<number>
}

/** Takes the reader past a page. @throws SyncError `provider_contract` where the provider does not move on */
export function turnPage(reader: Reader, page: Page): PageTurned {
  const { slice, source } = reader
  if (page.next !== null && (page.items.length === 0 || reader.cursors.has(page.next)))
    throw new SyncError(
      'reject',
      'provider_contract',
      `${source.name}: the provider says there is more but does not move on; reading would never end`,
    )
  const digest = digestPage(slice, source, page)
  const after = afterPage(slice, digest.reached)
  const shared = new Set([slice.position, after && digest.reached.oldest].filter((second) => second !== null))
  if (!after) return { ...digest, last: true, shared }
  reader.slice = after
  reader.cursors.add(page.next)
  if (after.position !== slice.position) reader.restarts = 0
  // A page within one second says nothing about the seconds before it.
  const { density } = digest
  if (reader.density === null || (density !== null && density < page.items.length)) reader.density = density
  return { ...digest, last: false, shared }
}

/** Goes back to where the slice can be read from without its cursor. False where a cursor's being gone is not the trouble. */
export function startOver(reader: Reader, error: unknown): boolean {
  if (!(error instanceof SyncError && error.cursorGone)) return false
  if (reader.slice.cursor === null || reader.restarts >= restartsAtMost) return false
  reader.slice = withoutCursor(reader.slice)
  reader.cursors.clear()
  reader.restarts++
  return true
}

/** Asks for half as many items from now on. False where the size of an answer is not the trouble, or one item is too much. */
export function askForLess(reader: Reader, error: unknown): boolean {
  if (!(error instanceof SyncError && error.code === answerTooLarge) || reader.limit <= 1) return false
  reader.limit = Math.ceil(reader.limit / 2)
  return true
}

/**
 * Items that are probably left, per resource. A slice of which no page has come yet is taken to be as dense as the others
 * of its resource. `since`: see Account.since.
 */
export function itemsLeft(readers: readonly Reader[], since: number): Readonly<Record<string, number>> {
  const left: Record<string, number> = {}
  for (const resource of new Set(readers.map(({ slice }) => slice.resource))) {
    const own = readers.filter(({ slice }) => slice.resource === resource)
    const known = own.flatMap(({ density }) => density ?? [])
    const mean = known.reduce((sum, density) => sum + density, 0) / Math.max(1, known.length)
    left[resource] = own.reduce((sum, { slice, density, inFlight }) => {
      const position = slice.position ?? slice.window.to
      return sum + estimate({ slice: { ...slice, position }, density: density ?? mean, inFlight }, since)
    }, 0)
  }
  return left
}

import { answerTooLarge, SyncError } from '../errors.ts'
import type { Page, Query } from '../provider/contract.ts'
import { type Digest, digestPage } from './page.ts'
import { afterPage, estimate, type Reading, type Slice, withoutCursor } from './slices.ts'
import type { Listed, Source } from './source.ts'

/** A slice on its way to its end, ahead of what is committed. */
export interface Reader<Read extends Listed = Source> extends Reading {
  slice: Slice
  readonly source: Read
  density: number | null
  inFlight: boolean
  /** The cursors so far: a repeated cursor means that the list goes in a circle. */
  readonly cursors: Set<string | null>
  /** How often its cursor was gone since it last got further. */
  restarts: number
  /** Items of one page at most, since a page of more was too large. */
  limit: number
}

/** Restarts in one second, each because the object under the cursor was deleted. More mean another fault. */
const restartsAtMost = 5

export function openReader<Read extends Listed>(slice: Slice, source: Read, limit: number): Reader<Read> {
  return { slice, source, density: null, inFlight: false, cursors: new Set([slice.cursor]), restarts: 0, limit }
}

/** @throws SyncError `unknown_resource` if the provider does not have the slice's resource */
export function findSource(slice: Slice, sources: readonly Source[]): Source {
  const source = sources.find(({ name }) => name === slice.resource)
  if (source) return source
  throw new SyncError(
    'reject',
    'unknown_resource',
    `checkpoint: names the resource "${slice.resource}", which the provider does not have`,
  )
}

/** Fetches the reader's next page. Null if the reader starts over or asks for fewer items: then call again. */
export async function fetchPage(reader: Reader<Listed>, list: (query: Query) => Promise<Page>): Promise<Page | null> {
  try {
    return await list(nextQuery(reader))
  } catch (error) {
    if (startOver(reader, error) || askForLess(reader, error)) return null
    throw error
  }
}

/** The page to ask for next. */
function nextQuery({ slice: { query, cursor, part }, source, limit }: Reader<Listed>): Query {
  return {
    ...(source.createdFilter && { window: query }),
    ...(part !== null && { part }),
    cursor,
    limit,
  }
}

/** A page as it was read of a slice. */
export interface PageTurned extends Digest {
  readonly last: boolean
  /** Seconds that the page before or the page after may have items of, too. */
  readonly shared: ReadonlySet<number>
}

/** Takes the reader past a page. @throws SyncError `provider_contract` where the provider does not move on */
export function turnPage(reader: Reader<Listed>, page: Page): PageTurned {
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

/** Goes back to where the slice can be read from without its cursor. False if the error is not a cursor whose object is gone. */
function startOver(reader: Reader<Listed>, error: unknown): boolean {
  if (!(error instanceof SyncError && error.cursorGone)) return false
  if (reader.slice.cursor === null || reader.restarts >= restartsAtMost) return false
  reader.slice = withoutCursor(reader.slice)
  reader.cursors.clear()
  reader.restarts++
  return true
}

/** Asks for half as many items from now on. False if the error is not an answer that is too large, or a single item is too large. */
function askForLess(reader: Reader<Listed>, error: unknown): boolean {
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
    const readersOfResource = readers.filter(({ slice }) => slice.resource === resource)
    const known = readersOfResource.flatMap(({ density }) => density ?? [])
    const mean = known.reduce((sum, density) => sum + density, 0) / Math.max(1, known.length)
    left[resource] = readersOfResource.reduce((sum, { slice, density, inFlight }) => {
      const position = slice.position ?? slice.window.to
      return sum + estimate({ slice: { ...slice, position }, density: density ?? mean, inFlight }, since)
    }, 0)
  }
  return left
}

import { SyncError } from '../errors.ts'
import { fields, second } from './fields.ts'
import type { Page, Source } from './provider.ts'
import { isUsableId } from './rows.ts'
import { provenSeconds, type Reached, type Slice } from './slices.ts'

/** Creation seconds, both ends included, of which `ids` is all that the provider listed. `to: null`: up to now. */
export interface Proven {
  readonly from: number
  readonly to: number | null
  readonly ids: readonly string[]
}

/** What a page means for the slice it was read for. */
export interface Digest {
  /** The items that lie in the slice; older ones belong to a slice that was carved off. */
  readonly items: readonly unknown[]
  readonly reached: Reached
  readonly proven: Proven | null
  /** Creation seconds of the items that no page before had. */
  readonly listed: readonly number[]
  /** Items a second; null where the page says nothing of it. */
  readonly density: number | null
}

/** Reads a page against its slice, pure. @throws SyncError `provider_contract` where reading on would never end */
export function digestPage(slice: Slice, source: Source, page: Page): Digest {
  if (page.next !== null && (page.items.length === 0 || page.next === slice.cursor))
    throw new SyncError(
      'reject',
      'provider_contract',
      `${source.name}: the provider says there is more but does not move on; reading would never end`,
    )
  const dated = page.items.map((item) => ({ item, id: fields(item).id, created: createdSecond(source, item) }))
  const own = dated.filter(({ created }) => created === null || created >= slice.window.from)
  const known = dated.map(({ created }) => created).filter((created) => created !== null)
  const oldest = known.length === 0 ? null : Math.min(...known)
  const before = new Set(slice.boundary)
  const inBoundary = own
    .filter(({ created }) => created === oldest)
    .map(({ id }) => id)
    .filter(isUsableId)
  const boundary =
    oldest !== null && oldest === slice.position
      ? [...slice.boundary, ...inBoundary.filter((id) => !before.has(id))]
      : inBoundary
  const reached = { query: slice.query, next: page.next, oldest, boundary }
  const span = oldest === null ? 0 : Math.max(...known) - oldest
  return {
    items: own.map(({ item }) => item),
    reached,
    proven: provable(slice, source) && known.length === dated.length ? proven(slice, reached, own) : null,
    listed: own.flatMap(({ id, created }) =>
      created === null || (created === slice.position && before.has(String(id))) ? [] : [created],
    ),
    density: oldest === null ? null : page.items.length / (span + 1),
  }
}

/** A part of a resource says nothing about rows that are in another part by now, and events nothing about what had none. */
function provable({ part }: Slice, { createdFilter, expand }: Source): boolean {
  return createdFilter !== undefined && part === null && !expand
}

function proven(slice: Slice, reached: Reached, items: readonly { readonly id: unknown }[]): Proven | null {
  const seconds = provenSeconds(slice, reached)
  if (!seconds) return null
  return { ...seconds, ids: [...slice.boundary, ...items.map(({ id }) => id).filter(isUsableId)] }
}

function createdSecond(source: Source, item: unknown): number | null {
  return source.createdFilter ? second(fields(item)[source.createdFilter.field]) : null
}

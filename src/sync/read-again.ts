import { isRefused, SyncError } from '../errors.ts'
import type { ListSource, Page } from '../provider/contract.ts'
import { expandPage, goneObject } from './expand.ts'
import { emptyMapped, type Mapped, mergeMapped, rejectRefused } from './rows.ts'
import type { Source } from './source.ts'

interface Again {
  readonly source: ListSource
  /** Objects that may have changed without an event. */
  readonly ids: readonly string[]
  readonly sources: readonly Source[]
  readonly pageSize: number
}

/** From so many objects on, the list of all that may still change costs fewer requests than each by its id. */
const worthAList = 3

/**
 * Fetches objects that may have changed without an event: from the list of those that may still change, if the provider has
 * one, and by id those that are no longer in it.
 * @throws SyncError
 */
export async function readAgain(again: Again, signal: AbortSignal): Promise<Mapped> {
  const { ids } = again
  const listed = ids.length >= worthAList ? await readUnsettled(again, signal) : { found: new Set(), pages: [] }
  const fetched = await Promise.all(ids.filter((id) => !listed.found.has(id)).map((id) => readById(again, id, signal)))
  return mergeMapped([...listed.pages, ...fetched])
}

/**
 * The list of unsettled objects, one page longer than the stored ones take at most. It ends where the provider refuses it,
 * so that the other objects are fetched by id.
 */
async function readUnsettled({ source, ids, sources, pageSize }: Again, signal: AbortSignal) {
  const found = new Set<unknown>()
  const pages: Mapped[] = []
  const { unsettled } = source
  const list = unsettled === 'every row' ? undefined : unsettled?.list
  for (let cursor: string | null = null, left = Math.ceil(ids.length / 100) + 1; list && left > 0; left--) {
    const page: Page | null = await pageOrNull(() => list({ cursor, limit: 100 }, signal))
    if (!page) break
    const { items, next, observedAt } = page
    for (const { id } of items) found.add(id)
    pages.push(await expandPage({ source, items, observedAt, pageSize, sources }, signal))
    if (next === null || next === cursor) break
    cursor = next
  }
  return { found, pages }
}

/** Null if the provider refuses the page. */
async function pageOrNull(request: () => Promise<Page>): Promise<Page | null> {
  try {
    return await request()
  } catch (error) {
    if (isRefused(error, 'resource')) return null
    throw error
  }
}

/** The rows of the object itself were not listed. */
function markAsked(mapped: Mapped, resource: string): Mapped {
  const rows = mapped.rows.map((row) =>
    row.resource === resource && !row.embedded ? { ...row, askedById: true } : row,
  )
  return { ...mapped, rows }
}

async function readById({ source, sources, pageSize }: Again, id: string, signal: AbortSignal): Promise<Mapped> {
  const { retrieve, name: resource } = source
  if (!retrieve)
    throw new SyncError(
      'reject',
      'provider_contract',
      `${resource}: its rows change, but the provider has no request for one of it. Report a bug with this error.`,
    )
  try {
    const { item, observedAt } = await retrieve(id, signal)
    if (item)
      return markAsked(await expandPage({ source, items: [item], observedAt, pageSize, sources }, signal), resource)
    return goneObject(source, id, observedAt)
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
    return { ...emptyMapped, rejects: [rejectRefused(resource, { id }, error)] }
  }
}

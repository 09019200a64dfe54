import { isRefused, SyncError } from '../errors.ts'
import type { ListSource, Page, Query } from '../provider/contract.ts'
import { expandPage, goneObject } from './expand.ts'
import { largestPage } from './page-size.ts'
import { openListReader, type Reader, readPages } from './reader.ts'
import { mergeContents, noContent, type PageContent, rejectRefused } from './rows.ts'
import type { ListFacts, Source } from './source.ts'

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
export async function readAgain(again: Again, signal: AbortSignal): Promise<PageContent> {
  const { ids } = again
  const listed = ids.length >= worthAList ? await readUnsettled(again, signal) : { listedIds: new Set(), pages: [] }
  const fetched = await Promise.all(
    ids.filter((id) => !listed.listedIds.has(id)).map((id) => readById(again, id, signal)),
  )
  return mergeContents([...listed.pages, ...fetched])
}

/** The list of unsettled objects, one page further than the stored ones take at most. */
async function readUnsettled({ source, ids, sources, pageSize }: Again, signal: AbortSignal) {
  const { name, unsettled } = source
  const list = unsettled === 'every row' ? undefined : unsettled?.list
  if (!list) return { listedIds: new Set(), pages: [] }
  const pages = await readWhileAccepted(
    openListReader({ kind: 'list', name }, { limit: largestPage }),
    (query) => list(query, signal),
    (Math.ceil(ids.length / largestPage) + 1) * largestPage,
  )
  const contents: PageContent[] = []
  for (const { items, observedAt } of pages)
    contents.push(await expandPage({ source, items, observedAt, pageSize, sources }, signal))
  return { listedIds: new Set(pages.flatMap(({ items }) => items.map(({ id }) => id))), pages: contents }
}

/** Pages of at least so many items. It ends where the provider refuses the list, so that the other objects are fetched by id. */
async function readWhileAccepted(
  reader: Reader<ListFacts>,
  list: (query: Query) => Promise<Page>,
  items: number,
): Promise<readonly Page[]> {
  const pages: Page[] = []
  try {
    for await (const page of readPages(reader, list, () => pages.splice(0))) {
      pages.push(page)
      if (pages.reduce((sum, read) => sum + read.items.length, 0) >= items) break
    }
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
  }
  return pages
}

/** The rows of the object itself were not listed. */
function markAsked(content: PageContent, resource: string): PageContent {
  const rows = content.rows.map((row) =>
    row.resource === resource && !row.embedded ? { ...row, askedById: true } : row,
  )
  return { ...content, rows }
}

/** The object as it is now, or that it is gone; a reject if the provider refuses it. @throws SyncError */
export async function readById(
  { source, sources, pageSize }: Omit<Again, 'ids'>,
  id: string,
  signal: AbortSignal,
): Promise<PageContent> {
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
    return { ...noContent, rejects: [rejectRefused(resource, { id }, error)] }
  }
}

import type { Item } from '../json/item.ts'
import { type ListSource, permissionDenied } from '../provider/contract.ts'
import { readById } from './read-again.ts'
import { mergeContents, noContent, type PageContent } from './rows.ts'
import { findList, type Source } from './source.ts'

/** The objects that other resources' items show to have changed. Each is fetched once. */
export interface Touched {
  /** Fetches what these items show to have changed, in as far as it is to be fetched. @throws SyncError */
  fetch(source: ListSource, items: readonly Item[], signal: AbortSignal): Promise<PageContent>
  /** Fetches some objects that may still change, of a resource whose list is refused. @throws SyncError */
  fetchOpen(source: Source, signal: AbortSignal): Promise<PageContent>
}

interface TouchedOptions {
  readonly sources: readonly Source[]
  readonly pageSize: number
  /** Whether objects of a resource are fetched. Resolves once it is known whether the provider refuses their list. */
  isFetched(resource: string): Promise<boolean>
  /** See Backfill.openIds. */
  readonly openIds?: ((source: ListSource) => Promise<readonly string[]>) | undefined
}

/** Objects of a resource that the provider may refuse before the others are believed to be refused as well. */
const refusedAtMost = 3

export function createTouched({ sources, pageSize, isFetched, openIds }: TouchedOptions): Touched {
  const fetched = new Set<string>()
  /** The refused objects of a resource of which none has been read; 0 once one has been. */
  const refusals = new Map<string, number>()

  /** Without a right to the resource each object would cost a request: they are fetched one by one until one is read. */
  async function fetchAll(source: ListSource, ids: readonly string[], signal: AbortSignal): Promise<PageContent[]> {
    const { name } = source
    const fetchOne = (id: string) => readById({ source, sources, pageSize }, id, signal)
    const contents: PageContent[] = []
    for (const [at, id] of ids.entries()) {
      const refused = refusals.get(name)
      if (refused === 0) return [...contents, ...(await Promise.all(ids.slice(at).map(fetchOne)))]
      if (refused !== undefined && refused >= refusedAtMost) break
      const content = await fetchOne(id)
      const isRefused = content.rejects.some(({ resource, code }) => resource === name && code === permissionDenied)
      if (refusals.get(name) !== 0) refusals.set(name, isRefused ? (refusals.get(name) ?? 0) + 1 : 0)
      contents.push(content)
    }
    return contents
  }

  const fetchNew = (source: ListSource, ids: readonly string[], signal: AbortSignal) => {
    const fresh = [...new Set(ids)].filter((id) => !fetched.has(`${source.name} ${id}`))
    for (const id of fresh) fetched.add(`${source.name} ${id}`)
    return fetchAll(source, fresh, signal)
  }

  return {
    async fetch(source, items, signal) {
      const touched = source.touched ? items.flatMap((item) => source.touched?.(item) ?? []) : []
      const contents: PageContent[] = []
      for (const resource of new Set(touched.map((object) => object.resource))) {
        const target = findList(sources, resource)
        if (!target?.retrieve || !(await isFetched(resource))) continue
        const ids = touched.filter((object) => object.resource === resource).map(({ id }) => id)
        contents.push(...(await fetchNew(target, ids, signal)))
      }
      return contents.length === 0 ? noContent : mergeContents(contents)
    },
    async fetchOpen(source, signal) {
      if (source.kind !== 'list' || !source.openRows || !source.retrieve || !openIds) return noContent
      const contents = await fetchNew(source, await openIds(source), signal)
      return contents.length === 0 ? noContent : mergeContents(contents)
    },
  }
}

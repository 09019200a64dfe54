import type { Item } from '../json/item.ts'
import type { ListSource } from '../provider/contract.ts'
import { readById } from './read-again.ts'
import { mergeContents, noContent, type PageContent } from './rows.ts'
import { findList, type Source } from './source.ts'

/** The objects that other resources' items show to have changed. Each is fetched once. */
export interface Touched {
  /** Fetches what these items show to have changed, in as far as it is to be fetched. @throws SyncError */
  fetch(source: ListSource, items: readonly Item[], signal: AbortSignal): Promise<PageContent>
}

interface TouchedOptions {
  readonly sources: readonly Source[]
  readonly pageSize: number
  /** Whether objects of a resource are fetched. Resolves once it is known whether the provider refuses their list. */
  isFetched(resource: string): Promise<boolean>
}

export function createTouched({ sources, pageSize, isFetched }: TouchedOptions): Touched {
  const fetched = new Set<string>()
  return {
    async fetch(source, items, signal) {
      const touched = source.touched ? items.flatMap((item) => source.touched?.(item) ?? []) : []
      const contents: PageContent[] = []
      for (const resource of new Set(touched.map((object) => object.resource))) {
        const target = findList(sources, resource)
        if (!target?.retrieve || !(await isFetched(resource))) continue
        const ids = touched.filter((object) => object.resource === resource).map(({ id }) => id)
        const fresh = [...new Set(ids)].filter((id) => !fetched.has(`${resource} ${id}`))
        for (const id of fresh) fetched.add(`${resource} ${id}`)
        contents.push(
          ...(await Promise.all(fresh.map((id) => readById({ source: target, sources, pageSize }, id, signal)))),
        )
      }
      return contents.length === 0 ? noContent : mergeContents(contents)
    },
  }
}

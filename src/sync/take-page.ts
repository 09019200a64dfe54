import type { SyncError } from '../errors.ts'
import type { Page } from '../provider/contract.ts'
import { expandPage } from './expand.ts'
import { countListed } from './listed.ts'
import { isCounted } from './page.ts'
import { readAgain } from './read-again.ts'
import type { ReadPage } from './read-page.ts'
import { type Reader, turnPage } from './reader.ts'
import { mergeContents, noContent } from './rows.ts'
import type { Slice } from './slices.ts'
import type { EventsBefore, Source } from './source.ts'
import { completeItems } from './summaries.ts'
import type { Touched } from './touched.ts'

interface Taking {
  readonly sources: readonly Source[]
  /** Rows in each request for a nested list. */
  readonly nestedPageSize: number
  readonly eventsBefore?: EventsBefore | undefined
  readonly touched: Touched
  /** Called before anything is awaited, when the page was its slice's last. */
  onLast(): void
}

/** Moves the reader past a page, and completes the page's rows. @throws SyncError */
export async function takePage(
  reader: Reader,
  page: Page,
  { sources, nestedPageSize: pageSize, eventsBefore, touched, onLast }: Taking,
  signal: AbortSignal,
): Promise<ReadPage> {
  const { source } = reader
  const { id: sliceId, part, cursor, boundary } = reader.slice
  const isListed = source.kind === 'list' && isCounted(reader.slice)
  const beginsList = isListed && !source.createdFilter && cursor === null
  const isAgain = beginsList && reader.restarts > 0
  const known = new Set(boundary)
  // Before the first await, so that a later split lies below this page.
  const { items, reached, proven, listed, last, whole, shared } = turnPage(reader, page)
  if (last) onLast()
  const { observedAt, answeredAt = observedAt, completeTo, note } = page
  const content =
    source.kind === 'feed'
      ? await source.expand(items, { pageSize, shared, answeredAt, before: eventsBefore }, signal)
      : await expandPage(
          { source, items: await completeItems(source, items, signal), observedAt, pageSize, sources },
          signal,
        )
  const counts = isListed ? countListed(source, content, { known, isAgain }) : { nested: [] }
  const changed = source.kind === 'list' ? await touched.fetch(source, items, signal) : noContent
  const all = changed === noContent ? content : { ...content, ...mergeContents([content, changed]) }
  const place = { sliceId, part, beginsList, whole, ...(completeTo && { completeTo }), ...(note && { note }) }
  return { ...reached, ...all, proven, listed, ...counts, ...place, source, observedAt, skip: null }
}

/** What a page has that no list showed. */
const unlisted = { listed: [], nested: [], proven: null, beginsList: false, whole: null }

/** The objects of a slice of ids as one page. @throws SyncError */
export async function takeObjects(
  slice: Slice,
  source: Source,
  { sources, nestedPageSize: pageSize }: Pick<Taking, 'sources' | 'nestedPageSize'>,
  signal: AbortSignal,
): Promise<ReadPage> {
  const { ids = [] } = slice
  const content = source.kind === 'list' ? await readAgain({ source, ids, sources, pageSize }, signal) : noContent
  return { ...content, ...unlisted, ...endOf(slice, source), part: null, skip: null }
}

/** A last page without rows, which carries the refusal of its resource. */
export function skippedPage(slice: Slice, source: Source, skip: SyncError): ReadPage {
  return { ...noContent, ...unlisted, ...endOf(slice, source), part: slice.part, skip }
}

const endOf = ({ id: sliceId, query }: Slice, source: Source) => {
  const reached = { query, next: null, oldest: null, boundary: [] }
  return { ...reached, sliceId, source, observedAt: new Date(0) }
}

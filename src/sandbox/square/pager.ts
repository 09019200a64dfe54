import type { HttpAnswer } from '../server/answer.ts'
import { fraction, type Random } from '../server/random.ts'
import { objectAnswer } from './answer.ts'
import type { SquareRequest } from './api.ts'
import type { ListItem } from './collection.ts'
import { type Cursor, readCursor, writeCursor } from './cursors.ts'
import type { Failure } from './failure.ts'
import type { Position } from './sort-order.ts'
import type { Fields, SquareObject } from './square-object.ts'

/** How pages may differ from what a client expects. The specification allows all of it. */
export interface PageOptions {
  /** The share of pages that hold fewer items than asked for, although more follow. Default 0. */
  readonly shortPages?: number
  /** The share of pages without items, but with a cursor. Default 0. */
  readonly emptyPages?: number
  /** Seconds after which a cursor is refused. Default: never. */
  readonly cursorLifetime?: number
}

export interface PagerContext {
  /** The provider's clock, in unix milliseconds. */
  now(): number
  readonly random: Random
  readonly options: PageOptions
}

/** One call of a list: what it asked for besides the cursor and the page size, and where its page begins. */
export interface OpenList extends Cursor {
  next(after: Position | undefined): string
}

export interface ListCall {
  /** The field of the answer that holds the items. */
  readonly field: string
  readonly limit: number
  items(after: Position | undefined): Iterable<ListItem>
  /** What the answer holds of an object. Default: the object. */
  readonly shown?: (object: Fields) => unknown
  /** More fields of the answer. */
  readonly more?: Fields
}

export interface Pager {
  /** Reads the cursor of a request, or begins a new list. `parameters` are all but the cursor and the page size. */
  open(request: SquareRequest, cursor: string | undefined, parameters: unknown): OpenList
  answer(request: SquareRequest, list: OpenList, call: ListCall): HttpAnswer
}

export function createPager({ now, random, options }: PagerContext): Pager {
  const { shortPages = 0, emptyPages = 0, cursorLifetime = Number.POSITIVE_INFINITY } = options
  const happens = (share: number) => share > 0 && fraction(random) < share
  return {
    open({ visit }, cursor, parameters) {
      const rules = { request: [visit.seen.path, parameters], now: now(), lifetime: cursorLifetime * 1_000 }
      const opened: Cursor =
        cursor === undefined ? { began: now() } : readCursor(cursor, rules, () => visit.cursorMisused())
      return { ...opened, next: (after) => writeCursor({ began: opened.began, ...(after ? { after } : {}) }, rules) }
    },
    answer({ failure }, list, { field, limit, items, shown = (object) => object, more = {} }) {
      if (failure?.kind === 'empty-more' || happens(emptyPages))
        return objectAnswer({ ...more, cursor: list.next(list.after) })
      const isSame = failure?.kind === 'same-page'
      const size = happens(shortPages) ? Math.ceil(limit * 0.6) : limit
      const { page, hasMore } = take(items(isSame ? undefined : list.after), size)
      const objects = page.map((item) => item.object())
      const cursor = hasMore || isSame ? { cursor: list.next(page.at(-1)?.position) } : {}
      const rest = { ...more, ...cursor }
      const other = failure && otherItems(failure, field, objects, rest)
      // A list without items has no field for them.
      return other ?? objectAnswer({ ...(page.length > 0 ? { [field]: objects.map(shown) } : {}), ...rest })
    },
  }
}

function take(items: Iterable<ListItem>, size: number) {
  const page: ListItem[] = []
  for (const item of items) {
    if (page.length === size) return { page, hasMore: true }
    page.push(item)
  }
  return { page, hasMore: false }
}

/** The answer of a failure that shows other items; undefined for the other failures. */
export function otherItems(
  failure: Failure,
  field: string,
  objects: readonly SquareObject[],
  rest: Fields,
): HttpAnswer | undefined {
  if (failure.kind !== 'items') return undefined
  const items = failure.items(structuredClone(objects))
  return typeof items === 'string' ? rawItems(field, items, rest) : objectAnswer({ [field]: items, ...rest })
}

function rawItems(field: string, items: string, rest: Fields): HttpAnswer {
  const answer = objectAnswer(rest)
  const tail = String(answer.body).slice(1)
  return { ...answer, body: `{"${field}":${items}${tail === '}' ? '' : ','}${tail}` }
}

import type { Query } from '../../../provider/contract.ts'
import type { Item } from '../../../provider/item.ts'
import type { Parameters } from './body.ts'
import type { Answer, Connection } from './connection.ts'
import { valueAt } from './pointer.ts'
import type { ListPart } from './schema.ts'
import type { Paging } from './schema-parts.ts'

/** The parameters that ask for a page after the first. */
export function pageParameters({ paging, pageSize }: ListPart, { cursor, limit }: Query): Parameters {
  return {
    ...(pageSize && { [pageSize.parameter]: Math.min(limit, pageSize.most) }),
    ...(paging && 'parameter' in paging && { ...placeOf(paging, cursor) }),
  }
}

function placeOf(paging: Extract<Paging, { parameter: string }>, cursor: string | null): Parameters {
  if (cursor !== null) return { [paging.parameter]: paging.type === 'cursor' ? cursor : Number(cursor) }
  return paging.type === 'page' ? { [paging.parameter]: paging.first } : {}
}

export interface ReadPage {
  readonly answer: Answer
  /** The answer without its items. */
  readonly value: unknown
  readonly items: readonly Item[]
  readonly cursor: string | null
}

/** The cursor of the next page; null on the last. @throws SyncError if the answer does not have it */
export function nextOf(paging: Paging | undefined, page: ReadPage, connection: Connection): string | null {
  const { value, items, cursor, answer } = page
  if (!paging || paging.type === 'none') return null
  if (paging.more !== undefined && isNo(valueAt(value, paging.more))) return null
  switch (paging.type) {
    case 'cursor': {
      const { next, last } = paging
      const nextCursor = next === undefined ? lastOf(items, last) : valueAt(value, next)
      return cursorText(nextCursor)
    }
    case 'page': {
      const number = cursor === null ? paging.first : Number(cursor)
      if (items.length === 0) return null
      const pages = paging.pages === undefined ? undefined : valueAt(value, paging.pages)
      if (typeof pages === 'number' && number - paging.first + 1 >= pages) return null
      return String(number + 1)
    }
    case 'offset':
      return items.length === 0 ? null : String(Number(cursor ?? 0) + items.length)
    case 'link': {
      const link = paging.next === undefined ? nextInHeader(answer.headers.link) : valueAt(value, paging.next)
      return typeof link === 'string' && link !== '' ? connection.pathOf(link, answer.url) : null
    }
  }
}

/** `false`, or the null of a next page that does not exist. A field that is missing says nothing. */
const isNo = (value: unknown) => value === false || value === null

function lastOf(items: readonly Item[], last = '/id'): unknown {
  const item = items.at(-1)
  return item && valueAt(item.value(), last)
}

function cursorText(value: unknown): string | null {
  if (value === undefined || value === null || value === '' || value === false) return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** An attribute of a link: its name, and its value as a quoted text or as a word. */
const attribute = String.raw`\s*;\s*([^\s=;,"<>]+)(?:\s*=\s*(?:"((?:\\.|[^\\"])*)"|([^\s;,"]*)))?`
const attributes = new RegExp(attribute, 'g')
const links = new RegExp(`<([^>]*)>((?:${attribute})*)`, 'g')

/** The address of the link in a Link header that has `next` among its relations (RFC 8288). */
function nextInHeader(header = ''): string | undefined {
  for (const [, address, described = ''] of header.matchAll(links)) {
    // The first `rel` counts.
    const [, , quoted, word] = [...described.matchAll(attributes)].find(([, name]) => /^rel$/i.test(name ?? '')) ?? []
    if ((quoted ?? word ?? '').toLowerCase().split(/\s+/).includes('next')) return address
  }
  return undefined
}

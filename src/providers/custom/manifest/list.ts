import type { Page, Query } from '../../../provider/contract.ts'
import type { Item } from '../../../provider/item.ts'
import type { Kit } from '../kit.ts'
import type { Parameters } from './body.ts'
import type { Answer, Connection } from './connection.ts'
import { nextOf, pageParameters } from './paging.ts'
import { stepsOf, valueAt } from './pointer.ts'
import { idText } from './readers.ts'
import type { ListPart } from './schema.ts'

/** What finds an item's id. */
export interface IdPart {
  readonly id?: string | readonly string[] | undefined
}

export interface ListRequest {
  readonly path: string
  readonly list: ListPart & IdPart
  /** The parameters of the window and of the part. */
  readonly parameters: Parameters
}

/** One page of a list. */
export async function listPage(
  connection: Connection,
  { path, list, parameters }: ListRequest,
  query: Query,
  kit: Kit,
): Promise<Page> {
  const { paging } = list
  const { cursor } = query
  const page = pageParameters(list, query)
  const isAlone = paging?.type === 'cursor' && paging.alone && cursor !== null
  const requestOf = () =>
    isAlone
      ? ([page, list.body && {}] as const)
      : ([{ ...list.parameters, ...parameters, ...page }, list.body] as const)
  const answer =
    paging?.type === 'link' && cursor !== null
      ? await connection.follow(cursor, list.body)
      : await connection.ask(path, ...requestOf())
  const { items, value } = itemsOf(answer, { list, query, kit, connection })
  const next = nextOf(paging, { answer, value, items, cursor }, connection)
  const total = totalOf(paging, value)
  return { items, next, observedAt: answer.date, ...(total !== null && { total }) }
}

function totalOf(paging: ListPart['paging'], value: unknown): number | null {
  const total = paging && 'total' in paging && paging.total !== undefined ? valueAt(value, paging.total) : null
  return typeof total === 'number' && Number.isSafeInteger(total) ? total : null
}

interface Reading {
  readonly list: ListPart & IdPart
  readonly query: Query
  readonly kit: Kit
  readonly connection: Connection
}

function itemsOf({ json }: Answer, { list, query, kit, connection }: Reading) {
  const { items: pointer = '', item, id } = list
  const missing = () => {
    if (list.missingIsEmpty) return []
    throw connection.unusable(`has no list at "${pointer}"`)
  }
  const [name, ...deeper] = stepsOf(pointer)
  if (name !== undefined && deeper.length === 0) {
    const isPlain = item === undefined && id === undefined
    const { items, fields } = json.list(name, isPlain ? query.shape : undefined)
    return { items: (items ?? missing()).map((entry) => identified(objectIn(entry, item), id, kit)), value: fields }
  }
  const entries = kit.items.itemsIn(json.whole.at(...stepsOf(pointer))) ?? missing()
  return { items: entries.map((entry) => identified(objectIn(entry, item), id, kit)), value: json.whole.value() }
}

export const objectIn = (entry: Item, pointer = ''): Item => (pointer === '' ? entry : entry.at(...stepsOf(pointer)))

/** The item under the id that its row has. A number becomes text; an item without an id keeps none. */
export function identified(item: Item, id: IdPart['id'], kit: Kit, prefix = ''): Item {
  if (id === undefined && prefix === '' && item.id !== null) return item
  const parts = [id ?? '/id'].flat().map((pointer) => idText(valueAt(item.value(), pointer)))
  if (parts.some((part) => part === null)) return kit.items.Item.of(undefined)
  return item.withId(`${prefix}${parts.join(':')}`)
}

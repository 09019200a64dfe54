import type { Resource, Retrieved } from '../../../provider/contract.ts'
import type { Item } from '../../../provider/item.ts'
import { rowMapping } from './columns.ts'
import { type Connection, dateOf } from './connection.ts'
import { type ManifestContext, withId } from './context.ts'
import { failure } from './failure.ts'
import { identified, type ListRequest, listPage, objectIn } from './list.ts'
import { nestedList } from './nested.ts'
import { codeName, ownerOf } from './owner.ts'
import { valueAt } from './pointer.ts'
import { Refusal } from './refusal.ts'
import type { ResourcePart } from './schema.ts'
import { findTable } from './tables.ts'
import { timeFilter, timeParameters } from './windows.ts'

/** A resource as the core reads it. */
export function resourceOf(part: ResourcePart, context: ManifestContext): Resource<Connection> {
  const { manifest, kit, began } = context
  const known = findTable(kit.tables, part.table)
  const list = { ...manifest.defaults, ...part }
  const { name, created, updated, columns = {}, retrieve, gone, unsettled, parts, partition } = part
  const row = rowMapping({ known, resource: name, columns, created, updated, digits: manifest.currencyDigits }, kit)
  const isGone = (item: Item) => gone?.is.some((value) => value === valueAt(item.value(), gone.at)) ?? false
  return {
    name,
    table: known.table,
    owner: ownerOf(part.owner, known),
    row,
    concurrency: part.concurrency ?? manifest.limits.concurrency,
    ...(part.optional && { optional: true }),
    ...(part.requestsPerSecond !== undefined && { perSecond: part.requestsPerSecond }),
    ...(list.pageSize && { pageSize: list.pageSize.most }),
    ...(created && { createdFilter: timeFilter(created, kit) }),
    ...(updated && { updatedFilter: timeFilter(updated, kit) }),
    ...(part.everyRow && { unsettled: 'every row' as const }),
    ...(unsettled && { unsettled: { by: { column: codeName(unsettled.column, known) }, values: unsettled.values } }),
    ...(gone && { gone: isGone }),
    ...(parts && { parts: Object.keys(parts) }),
    ...(partition && {
      partition: {
        column: codeName(partition.column, known),
        list: (connection) => listParts(connection, partition, context),
      },
    }),
    list(connection, query) {
      const filter = query.by === 'updated' ? updated : created
      const parameters = {
        ...(query.part !== undefined && (parts?.[query.part] ?? (partition && { [partition.parameter]: query.part }))),
        ...(filter && timeParameters(filter, query, began)),
      }
      return listPage(connection, { path: part.path, list, parameters }, query, kit)
    },
    ...(retrieve && {
      retrieve: (connection, id) => retrieveObject(connection, { retrieve, id, part, isGone }, context),
    }),
    ...(part.nested && { nested: part.nested.map((nested) => nestedList(nested, context)) }),
  }
}

interface Retrieval {
  readonly retrieve: NonNullable<ResourcePart['retrieve']>
  readonly id: string
  readonly part: ResourcePart
  isGone(item: Item): boolean
}

async function retrieveObject(
  connection: Connection,
  { retrieve, id, part, isGone }: Retrieval,
  { manifest, kit }: ManifestContext,
): Promise<Retrieved> {
  try {
    const { json, date } = await connection.ask(withId(retrieve.path, id), {})
    const item = identified(objectIn(json.whole, retrieve.item), part.id, kit)
    if (item.id !== id) throw connection.unusable('is another object than the request named')
    return { item: isGone(item) ? null : item, observedAt: date }
  } catch (error) {
    if (!(error instanceof Refusal) || failure(error, connection, { manifest, kit }).code !== 'not_found') throw error
    return { item: null, observedAt: dateOf(error.headers, connection.unusable) }
  }
}

type PartitionPart = NonNullable<ResourcePart['partition']>

/** The parts that the account has. They are few: all pages are read. */
async function listParts(
  connection: Connection,
  { path, parameters = {}, items, id }: PartitionPart,
  { manifest: { defaults }, kit }: ManifestContext,
): Promise<readonly string[]> {
  const request: ListRequest = { path, list: { ...defaults, items, item: undefined, id }, parameters }
  const names: string[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < 100; pages++) {
    const page = await listPage(connection, request, { cursor, limit: 100 }, kit)
    names.push(...page.items.flatMap((item) => item.id ?? []))
    cursor = page.next
    if (cursor === null) break
  }
  return names
}

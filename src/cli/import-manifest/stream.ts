import { type Fields, fields as fieldsOf } from '../../json/value.ts'
import { bodyOf } from './body.ts'
import { withParentId } from './expressions.ts'
import { addedFields, idOf, paging, selection, Untranslated } from './list.ts'
import { textAt, within } from './references.ts'
import { streamParameters } from './windows.ts'

/** A stream of the original, by the name of its list. */
export interface Stream {
  readonly name: string
  readonly value: unknown
}

/** A stream as a list of a manifest. */
export interface TranslatedStream {
  readonly name: string
  /** The stream whose objects each have such a list. */
  readonly parent?: string
  readonly list: Fields
  /** What the original does and the list does not. */
  readonly left: readonly string[]
  /** What the original loses, and the list may lose too. */
  readonly losses: readonly string[]
}

/** @throws Untranslated */
export function translateStream({ name, value: stream }: Stream): TranslatedStream {
  const requester = within(stream, 'retriever', 'requester')
  const retriever = textAt(stream, 'retriever', 'type') ?? 'SimpleRetriever'
  if (retriever !== 'SimpleRetriever') throw new Untranslated(`it is read by ${retriever}`)
  const parent = parentOf(stream)
  const path = pathOf(stream, parent?.field)
  const { body, windows, ...inBody } = bodyOf(requester, parent?.field)
  const { always, filter, losses, left: leftParameters } = streamParameters(stream, windows)
  const byParent = parent === undefined ? {} : { ...parentParameters(requester, parent.field), ...inBody.byParent }
  const names = leftParameters.filter((parameter) => !(parameter in byParent))
  const parameters = { ...always, ...byParent }
  const id = idOf(stream)
  const list = {
    name,
    path,
    ...selection(stream),
    ...(body && { body }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...paging(stream),
    ...(id !== undefined && { id }),
  }
  const computed = [...names, ...inBody.left]
  const left = [...computed.map((parameter) => `the parameter ${parameter}, which is computed`), ...leftParts(stream)]
  const onePage = 'paging' in list ? [] : [onePageLoss]
  if (parent !== undefined)
    return {
      name,
      parent: parent.name,
      list: { ...list, owner: { about: ['parent_id'] } },
      left: filter ? [...left, 'its cursor: the list is read whole with each object that has it'] : left,
      losses: [
        'an incremental job reads such a list only when the object that has it has changed',
        ...onePage,
        noDeletes,
      ],
    }
  return {
    name,
    list: { ...list, ...(filter && { [filter.by]: filter.part }), owner: null },
    left,
    losses: [...losses, ...onePage, noDeletes],
  }
}

const onePageLoss = 'the original asks for one page only: add paging if the API has more'
const noDeletes = 'the original never sees that an object is deleted: add retrieve or gone'

function leftParts(stream: unknown): readonly string[] {
  const filter = textAt(stream, 'retriever', 'record_selector', 'record_filter', 'condition')
  const transformations = within(stream, 'transformations')
  const isCode = (Array.isArray(transformations) ? transformations : []).some((part) =>
    String(within(part, 'type') ?? '').startsWith('Custom'),
  )
  const isOwnCursor = String(within(stream, 'incremental_sync', 'type') ?? '').startsWith('Custom')
  const added = [...addedFields(stream).keys()]
  return [
    ...(filter !== undefined && !isOwnCursor ? ['its filter of records: the list has all of them'] : []),
    ...(isCode ? ['a change of records by code: the payload stays as the API sends it'] : []),
    ...(added.length > 0
      ? [`the fields that it adds (${added.join(', ')}): the payload stays as the API sends it`]
      : []),
  ]
}

interface Parent {
  readonly name: string
  readonly field: string | undefined
}

function parentOf(stream: unknown): Parent | undefined {
  const router = within(stream, 'retriever', 'partition_router')
  const routers = router === undefined ? [] : [router].flat()
  const [only] = routers
  if (only === undefined) return undefined
  const configs = within(only, 'parent_stream_configs')
  const [config] = Array.isArray(configs) ? configs : []
  if (routers.length > 1 || !Array.isArray(configs) || configs.length > 1)
    throw new Untranslated('it is read once for each of several things')
  const name = textAt(config, 'stream', 'name')
  if (name === undefined) throw new Untranslated(`it is read for each value of ${String(within(only, 'type'))}`)
  if (textAt(config, 'parent_key') !== 'id') throw new Untranslated('its parent is named by another field than its id')
  return { name, field: textAt(config, 'partition_field') }
}

function pathOf(stream: unknown, parentField: string | undefined): string {
  const given = textAt(stream, 'retriever', 'requester', 'path') ?? textAt(stream, 'path') ?? ''
  const path = withParentId(given, parentField)
  if (path === undefined || path === '') throw new Untranslated('its path is computed')
  return path.startsWith('/') ? path : `/${path}`
}

/** Parameters that name the parent, for lists whose path does not. */
function parentParameters(requester: unknown, field: string | undefined): Readonly<Record<string, string>> {
  const given = Object.entries(fieldsOf(within(requester, 'request_parameters')))
  return Object.fromEntries(
    given.flatMap(([name, value]) => {
      const text = withParentId(String(value), field)
      return text?.includes('{id}') ? [[name, text]] : []
    }),
  )
}

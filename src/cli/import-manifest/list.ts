import { type Fields, fields as fieldsOf } from '../../json/value.ts'
import { expressionIn, pointerOf, recordPointer } from './expressions.ts'
import { textAt, within } from './references.ts'

/** A part that has no translation, as a sentence for the report. */
export class Untranslated extends Error {
  override readonly name = 'Untranslated'
}

/** Where an answer has the list, and where an entry has the object. */
export function selection(stream: unknown): Fields {
  const extractor = fieldsOf(within(stream, 'retriever', 'record_selector', 'extractor'))
  if (String(extractor.type ?? '').startsWith('Custom'))
    throw new Untranslated('its records are found by code of the original')
  const steps = Array.isArray(extractor.field_path) ? extractor.field_path.map(String) : []
  if (steps.some((step) => step.includes('{{'))) throw new Untranslated('the place of its records is computed')
  if (steps.length === 0) throw new Untranslated('an answer is one object and no list')
  const star = steps.indexOf('*')
  const pointer = (names: readonly string[]) => names.map((name) => `/${name}`).join('')
  if (star < 0) return { items: pointer(steps) }
  return { items: pointer(steps.slice(0, star)), item: pointer(steps.slice(star + 1)) }
}

/** How the next page is asked for. */
export function paging(stream: unknown): Fields {
  const paginator = within(stream, 'retriever', 'paginator')
  const strategy = fieldsOf(within(paginator, 'pagination_strategy'))
  if (strategy.type === undefined) return {}
  const token = fieldsOf(within(paginator, 'page_token_option'))
  const size = sizeOf(paginator, strategy)
  const isPath = token.type === 'RequestPath'
  const parameter = isPath ? undefined : optionName(token)
  if (!isPath && parameter === undefined && textAt(token, 'field_name') !== undefined)
    throw new Untranslated(`the place of a page goes into ${String(token.inject_into)}`)
  // A list without a parameter for the next page has one page.
  if (!isPath && parameter === undefined) return size
  switch (strategy.type) {
    case 'CursorPagination':
      return { ...size, paging: { ...cursorOf(strategy, isPath ? undefined : parameter), ...moreOf(strategy) } }
    case 'PageIncrement':
      return { ...size, paging: { type: 'page', parameter, first: strategy.start_from_page === 1 ? 1 : 0 } }
    case 'OffsetIncrement':
      return { ...size, paging: { type: 'offset', parameter } }
    default:
      throw new Untranslated(`its paging is ${String(strategy.type)}`)
  }
}

/** The parameter that an option names: a JSON pointer for a place in the body. Undefined for other places. */
export function optionName(option: unknown): string | undefined {
  const name = textAt(option, 'field_name')
  if (name === undefined) return undefined
  switch (within(option, 'inject_into')) {
    case 'request_parameter':
      return name
    case 'body_json':
      return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    default:
      return undefined
  }
}

function sizeOf(paginator: unknown, strategy: Fields): Fields {
  const option = fieldsOf(within(paginator, 'page_size_option') ?? strategy.page_size_option)
  const parameter = optionName(option)
  const most = Number(strategy.page_size ?? option.page_size ?? 100)
  if (parameter === undefined) return {}
  return { pageSize: { parameter, most: Number.isInteger(most) && most > 0 ? Math.min(most, 1_000) : 100 } }
}

function cursorOf(strategy: Fields, parameter: string | undefined): Fields {
  const expression = expressionIn(textAt(strategy, 'cursor_value'))
  if (parameter === undefined && expression?.startsWith('headers')) return { type: 'link' }
  const next = pointerOf(expression, 'response')
  if (next !== undefined) return parameter === undefined ? { type: 'link', next } : { type: 'cursor', parameter, next }
  const last = pointerOf(expression, 'last_record') ?? pointerOf(expression, 'last_records[-1]')
  if (last !== undefined && parameter !== undefined) return { type: 'cursor', parameter, last }
  throw new Untranslated(`the place of its next page is computed: ${expression ?? 'in code'}`)
}

/** `response.has_more is false`; other conditions say that there is no cursor, which ends the list anyway. */
function moreOf(strategy: Fields): Fields {
  const condition = expressionIn(textAt(strategy, 'stop_condition'))
  const said = /^(?:not\s+)?(response\S*?)(?:\s+(?:is|==)\s+(?:not\s+true|false|False))?$/.exec(condition ?? '')?.[1]
  const more = pointerOf(said, 'response')
  const next = pointerOf(expressionIn(textAt(strategy, 'cursor_value')), 'response')
  return more === undefined || more === next ? {} : { more }
}

/** Fields that the original adds to a record, with the place that each is copied from. */
export function addedFields(stream: unknown): ReadonlyMap<string, string | undefined> {
  const transformations = within(stream, 'transformations')
  const added = (Array.isArray(transformations) ? transformations : []).flatMap((transformation) => {
    const { type, fields } = fieldsOf(transformation)
    return type === 'AddFields' && Array.isArray(fields) ? fields : []
  })
  return new Map(
    added.map((field) => {
      const path = within(field, 'path')
      return [Array.isArray(path) ? path.join('.') : '', recordPointer(textAt(field, 'value'))]
    }),
  )
}

/** Where an item has its id; undefined for `/id`. */
export function idOf(stream: unknown): string | readonly string[] | undefined {
  const key = within(stream, 'primary_key') ?? 'id'
  const added = addedFields(stream)
  const pointers = [key].flat(2).map((name) => (added.has(String(name)) ? added.get(String(name)) : `/${String(name)}`))
  const readable = pointers.filter((pointer) => pointer !== undefined)
  if (readable.length < pointers.length || readable.length === 0)
    throw new Untranslated('its key is made by the original, and no field of an object has it')
  if (readable.length === 1) return readable[0] === '/id' ? undefined : readable[0]
  return readable
}

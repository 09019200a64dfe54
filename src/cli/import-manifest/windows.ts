import { fields as fieldsOf } from '../../json/value.ts'
import { withWindow } from './expressions.ts'
import { addedFields, optionName, Untranslated } from './list.ts'
import { textAt, within } from './references.ts'

/** The parameters of a stream's list: those of its windows, and those that are always the same. */
export interface StreamParameters {
  readonly always: Readonly<Record<string, string>>
  readonly filter?: { readonly by: 'created' | 'updated'; readonly part: object }
  readonly losses: readonly string[]
  /** Parameters that have no translation. */
  readonly left: readonly string[]
}

/** `inBody`: the places of windows in the body. */
export function streamParameters(stream: unknown, inBody: Readonly<Record<string, string>>): StreamParameters {
  const given = Object.entries(fieldsOf(within(stream, 'retriever', 'requester', 'request_parameters')))
  const sync = within(stream, 'incremental_sync')
  const always: Record<string, string> = {}
  const windows: Record<string, string> = { ...inBody }
  const left: string[] = []
  for (const [name, value] of given) {
    const text = String(value)
    const window = withWindow(text)
    if (window !== undefined) windows[name] = window
    else if (!text.includes('{{')) always[name] = text
    else if (isStart(name, text)) windows[name] = '{from}'
    else left.push(name)
  }
  if (sync === undefined && Object.keys(windows).length > 0) return { always, left, ...byCreation(windows) }
  if (sync === undefined) return { always, left, losses: [] }
  return { always, left, ...filterOf(stream, sync, windows) }
}

/** A list that the original reads from a day that its user sets: `created_at[gte]: config['start_date']`. */
const isStart = (name: string, text: string) =>
  /config\W+(?:get\W+)?start_date/.test(text) && /gte?\b|after|from|since|start|begin/.test(name)

function byCreation(parameters: Readonly<Record<string, string>>): Pick<StreamParameters, 'filter' | 'losses'> {
  const [name = ''] = Object.keys(parameters)
  const field = /^(\w+?)(?:\[|_?(?:after|from|since|start|begin))/.exec(name)?.[1] ?? 'created_at'
  return {
    filter: { by: 'created', part: { at: `/${field}`, parameters, ...withoutEnd(parameters) } },
    losses: ['the original reads the whole list each time', creationLoss],
  }
}

const creationLoss = 'the cursor is the time of creation: changes of older objects are never seen by an incremental job'

function filterOf(stream: unknown, sync: unknown, fromParameters: Readonly<Record<string, string>>) {
  const type = String(within(sync, 'type') ?? '')
  if (type !== 'DatetimeBasedCursor')
    return { losses: ['the original reads the whole list each time, and filters it by code'] }
  const parameters: Record<string, string> = { ...fromParameters }
  for (const [option, place] of [
    ['start_time_option', '{from}'],
    ['end_time_option', '{to-1}'],
  ] as const) {
    if (textAt(sync, option, 'field_name') === undefined) continue
    const name = optionName(within(sync, option))
    if (name === undefined) throw new Untranslated('its window goes into a place that requests do not have')
    parameters[name] = place
  }
  const cursor = textAt(sync, 'cursor_field') ?? ''
  const added = addedFields(stream)
  const at = added.has(cursor) ? added.get(cursor) : `/${cursor.replaceAll('.', '/')}`
  if (Object.keys(parameters).length === 0 || at === undefined)
    return { losses: ['the original has a cursor that no parameter of the list filters by: the list is read whole'] }
  const by = /updat|modif|chang/i.test(at) ? ('updated' as const) : ('created' as const)
  const format = formatOf(textAt(sync, 'datetime_format'))
  const lag = secondsOf(textAt(sync, 'lookback_window'))
  const part = {
    at,
    ...(format === 'unixSeconds' && { read: format }),
    format,
    parameters,
    ...withoutEnd(parameters),
    ...(lag !== undefined && { lagSeconds: lag }),
  }
  const losses = [
    ...(by === 'updated' ? ['a full job asks for the list without a window: add created if the API wants one'] : []),
    ...(textAt(sync, 'step') === undefined
      ? []
      : ['the original asks for windows of a fixed length: if the API limits them, set maxDays and historyDays']),
    ...(by === 'created' ? [creationLoss] : []),
    ...(lag === undefined
      ? [
          'the original reads up to its own clock and looks back by no time: what shows late in the list is lost there. Set lagSeconds',
        ]
      : []),
  ]
  return { filter: { by, part }, losses }
}

/** A parameter with both ends of a window has an end a hundred years ahead where the window has none. */
function withoutEnd(parameters: Readonly<Record<string, string>>) {
  const entries = Object.entries(parameters)
  const hasBoth = (text: string) => text.includes('{from}') && text.includes('{to')
  if (!entries.some(([, text]) => hasBoth(text))) return {}
  const open = entries.filter(([, text]) => hasBoth(text) || !text.includes('{to'))
  const ended = open.map(([name, text]) => [name, text.replaceAll(/\{to[^}]*\}/g, '{from+3153600000}')])
  return { parametersWithoutEnd: Object.fromEntries(ended) }
}

function formatOf(format = ''): 'rfc3339' | 'unixSeconds' | 'unixMilliseconds' | 'date' {
  if (format === '%s') return 'unixSeconds'
  if (format === '%ms') return 'unixMilliseconds'
  return format === '%Y-%m-%d' ? 'date' : 'rfc3339'
}

function secondsOf(duration = ''): number | undefined {
  const [, days, hours, minutes, seconds] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration) ?? []
  if (duration === '' || ![days, hours, minutes, seconds].some((part) => part !== undefined)) return undefined
  return Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
}

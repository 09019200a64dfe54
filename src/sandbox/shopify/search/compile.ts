import type { ListItem } from '../collection.ts'
import { numericPart } from '../gids.ts'
import { always, type Moment, type Window } from '../moments.ts'
import type { ShopifyObject } from '../shopify-object.ts'
import { parseSearch, type Search, type Term } from './parse.ts'
import { timeValue } from './time-value.ts'

/** What a field of a search compares: a moment, the id, or words and numbers of the object. */
export type SearchField =
  | { readonly kind: 'moment'; readonly moment: Moment }
  | { readonly kind: 'id' }
  | { readonly kind: 'values'; valuesOf(object: ShopifyObject): readonly unknown[] }

export interface SearchWarning {
  readonly field: string
  readonly message: string
  readonly code: 'invalid_field' | 'invalid_value'
}

export interface CompiledSearch {
  readonly search: Search
  readonly warnings: readonly SearchWarning[]
  /** The fields that the search names. */
  readonly fields: ReadonlySet<string>
  /** The window of a moment outside of which nothing matches. */
  window(moment: Moment): Window
  matches(item: ListItem): boolean
}

interface SearchContext {
  /** By the schema. */
  readonly known: ReadonlySet<string>
  readonly fields: Readonly<Record<string, SearchField>>
  /** In unix seconds. */
  readonly now: number
  /** The error for a field that Shopify knows and the sandbox does not. */
  unsupported(field: string): Error
}

type Matcher = (item: ListItem) => boolean

/** A term with an unknown field is left out, as Shopify does, and the answer only warns of it. */
export function compileSearch(text: string, context: SearchContext): CompiledSearch {
  const search = parseSearch(text)
  const warnings: SearchWarning[] = []
  const fields = new Set<string>()
  const windows = new Map<Moment, Window>()

  function compile(part: Search, isRequired: boolean): Matcher | undefined {
    switch (part.kind) {
      case 'and': {
        const parts = part.parts.flatMap((inner) => compile(inner, isRequired) ?? [])
        return parts.length > 0 ? (item) => parts.every((matches) => matches(item)) : undefined
      }
      case 'or': {
        const parts = part.parts.flatMap((inner) => compile(inner, false) ?? [])
        return parts.length > 0 ? (item) => parts.some((matches) => matches(item)) : undefined
      }
      case 'not': {
        const matches = compile(part.part, false)
        return matches && ((item) => !matches(item))
      }
      case 'term':
        return compileTerm(part, isRequired)
    }
  }

  function compileTerm(term: Term, isRequired: boolean): Matcher | undefined {
    if (term.field === undefined)
      return context.known.has('default') ? (item) => mentions(item.object(), term.value) : undefined
    fields.add(term.field)
    if (!context.known.has(term.field)) {
      warnings.push({ field: term.field, message: 'Invalid search field for this query.', code: 'invalid_field' })
      return undefined
    }
    const field = Object.hasOwn(context.fields, term.field) ? context.fields[term.field] : undefined
    if (!field) throw context.unsupported(term.field)
    if (field.kind === 'values') return (item) => isAmong(field.valuesOf(item.object()), term)
    if (field.kind === 'id') return (item) => compares(item.position.id, term, numericPart(term.value))
    const window = windowOf(term, context.now)
    if (!window) {
      // How Shopify warns of a value that is no time was not seen: an assumption.
      warnings.push({
        field: term.field,
        message: `Input \`${term.value}\` is not an accepted value.`,
        code: 'invalid_value',
      })
      return undefined
    }
    const { moment } = field
    if (isRequired) windows.set(moment, intersection(windows.get(moment) ?? always, window))
    return (item) => isWithin(item.moment(moment), window)
  }

  const matches = compile(search, true) ?? (() => true)
  return { search, warnings, fields, matches, window: (moment) => windows.get(moment) ?? always }
}

const isWithin = (moment: number | undefined, { from, to }: Window) =>
  moment !== undefined && moment >= from && moment < to

const intersection = (a: Window, b: Window): Window => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) })

/** Of a day or a year, `<` ends before it and `<=` after it: an assumption, which a full moment does not need. */
function windowOf({ comparator, value }: Term, now: number): Window | undefined {
  const [first, last] = value.split('..').map((part) => timeValue(part, now))
  if (!first) return undefined
  if (value.includes('..')) return last && { from: first.from, to: last.to }
  switch (comparator) {
    case '=':
      return first
    case '<':
      return { ...always, to: first.from }
    case '<=':
      return { ...always, to: first.to }
    case '>':
      return { ...always, from: first.to }
    case '>=':
      return { ...always, from: first.from }
  }
}

function isAmong(values: readonly unknown[], term: Term): boolean {
  if (term.comparator !== '=') return values.some((value) => compares(Number(value), term, Number(term.value)))
  if (term.value === '*') return values.some((value) => value !== null && value !== '')
  const wanted = term.value.toLowerCase().split(',')
  return values.some((value) => wanted.includes(String(value ?? '').toLowerCase()))
}

function compares(value: number, { comparator }: Term, other: number): boolean {
  switch (comparator) {
    case '=':
      return value === other
    case '<':
      return value < other
    case '<=':
      return value <= other
    case '>':
      return value > other
    case '>=':
      return value >= other
  }
}

function mentions(object: ShopifyObject, word: string): boolean {
  const texts = [object.name, object.title, object.displayName, object.email, object.sku]
  return texts.some((text) => typeof text === 'string' && text.toLowerCase().includes(word.toLowerCase()))
}

/** A search as Shopify's grammar reads it: https://shopify.dev/docs/api/usage/search-syntax */
export type Search =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Search[] }
  | { readonly kind: 'not'; readonly part: Search }
  | Term

export interface Term {
  readonly kind: 'term'
  /** Undefined for a word that is searched for in several fields. */
  readonly field: string | undefined
  readonly comparator: Comparator
  readonly value: string
  readonly isQuoted: boolean
}

export type Comparator = '=' | '<' | '>' | '<=' | '>='

/**
 * A colon ends a word, so a moment has to be in quotes: of `created_at:>=2026-09-25T02:45:22Z` the parts are a filter by
 * `2026-09-25T02` and a field `45`, as a store was seen to answer.
 */
export function parseSearch(text: string): Search {
  const reader = createReader(text)
  return readSearch(reader)
}

type Reader = ReturnType<typeof createReader>

function createReader(text: string) {
  let at = 0
  const reader = {
    /** The text that an expression finds here, which is then passed. */
    take(expression: RegExp): string | undefined {
      expression.lastIndex = at
      const match = expression.exec(text)?.[0]
      if (match !== undefined) at += match.length
      return match
    },
    get isAtEnd() {
      return at >= text.length
    },
  }
  return reader
}

function readSearch(reader: Reader): Search {
  const alternatives: Search[] = []
  let parts: Search[] = []
  while (true) {
    reader.take(/[\s:\\]*/y)
    if (reader.isAtEnd || reader.take(/\)/y) !== undefined) break
    if (reader.take(/OR(?=[\s(])/y) !== undefined) {
      alternatives.push(joined('and', parts))
      parts = []
    } else if (reader.take(/AND(?=[\s(])/y) === undefined) parts.push(readTerm(reader))
  }
  return joined('or', [...alternatives, joined('and', parts)])
}

const joined = (kind: 'and' | 'or', parts: readonly Search[]): Search => {
  const [first] = parts
  return first && parts.length === 1 ? first : { kind, parts }
}

function readTerm(reader: Reader): Search {
  if (reader.take(/NOT\s+|-(?=\S)/y) !== undefined) return { kind: 'not', part: readTerm(reader) }
  if (reader.take(/\(/y) !== undefined) return readSearch(reader)
  const name = readQuoted(reader) ?? { value: reader.take(word) ?? '', isQuoted: false }
  if (name.isQuoted || reader.take(/:/y) === undefined)
    return { kind: 'term', field: undefined, comparator: '=', ...name }
  const given = reader.take(/\s*(<=|>=|<|>)\s*/y)?.trim()
  const comparator = comparators.find((known) => known === given) ?? '='
  const value = readQuoted(reader) ?? { value: reader.take(word) ?? '', isQuoted: false }
  return { kind: 'term', field: name.value, comparator, ...value }
}

const comparators = ['<', '>', '<=', '>='] as const
const word = /[^\s:()\\]+/y

function readQuoted(reader: Reader) {
  const quoted = reader.take(/'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?/y)
  if (quoted === undefined) return undefined
  const end = quoted.length > 1 && quoted.endsWith(quoted.charAt(0)) ? -1 : undefined
  return { value: quoted.slice(1, end).replace(/\\(.)/g, '$1'), isQuoted: true }
}

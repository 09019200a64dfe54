import type { Search } from './parse.ts'

/** How Shopify shows what it read, in `extensions.search`. Of ranges no answer was seen: an assumption. */
export function parsedSearch(search: Search): unknown {
  switch (search.kind) {
    case 'and':
    case 'or':
      return { [search.kind]: search.parts.map(parsedSearch) }
    case 'not':
      return { not: parsedSearch(search.part) }
    case 'term': {
      const { field = 'default', comparator, value, isQuoted } = search
      if (comparator === '=') return { field, [isQuoted ? 'match_phrase' : 'match_all']: value }
      return { field, range: { [ranges[comparator]]: value } }
    }
  }
}

const ranges = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const

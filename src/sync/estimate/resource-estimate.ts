import type { ListSource } from '../../provider/contract.ts'
import { bytesOf, bytesRange } from './bytes.ts'
import type { Basis, Measured } from './probing.ts'
import { exactly, type Range, rangeOf, sumOf } from './range.ts'

/** What a full job of one resource, or of a nested list, will find and cost. An estimate. */
export interface ResourceEstimate {
  /** Items of the provider, each of which becomes a row. */
  readonly items: Range
  readonly requests: Range
  /** In Postgres, with indexes. */
  readonly bytes: Range
  readonly basis: Basis
  /** Why the resource cannot be read. */
  readonly skipped?: { readonly code: string; readonly message: string }
}

/** A reader needs a few requests more than the fewest, where it splits lists. */
const overFewest = 1.03

/** The lists of a resource together. */
export function listEstimate(source: ListSource, lists: readonly Measured[]): ResourceEstimate {
  const listed = sumOf(lists.map((list) => list.items))
  const sample = lists.flatMap((list) => list.sample)
  const gone = source.gone ? sample.filter((item) => source.gone?.(item)).length : 0
  const there = 1 - gone / Math.max(1, sample.length)
  const items: Range = {
    // A stated total counts items that were not seen, each of which may be gone.
    least: source.gone ? Math.max(0, Math.min(listed.least, sample.length) - gone) : listed.least,
    likely: Math.round(listed.likely * there),
    most: listed.most === null ? null : listed.most - (sample.length >= listed.most ? gone : 0),
  }
  return {
    items,
    requests: requestsOf(source, lists),
    bytes: bytesRange(items, bytesOf(sample)),
    basis: basisOf(lists),
  }
}

function requestsOf({ listsSummaries }: ListSource, lists: readonly Measured[]): Range {
  const pages = lists.map(({ items, requests }) => {
    const { least, likely, most } = rangeOf(items, requests)
    if (items.most === items.likely) return { least, likely, most: likely * 2 + 2 }
    return { least, likely: Math.round(likely * overFewest), most: most === null ? null : most * 2 + 2 }
  })
  // Each object is fetched by its id besides.
  const byId = listsSummaries ? lists.map(({ items }) => items) : []
  return sumOf([...pages, ...byId])
}

function basisOf(lists: readonly Measured[]): Basis {
  const bases = lists.map(({ basis }) => basis)
  return (
    (['sampled times', 'first pages', 'stored rows', 'stated total'] as const).find((basis) => bases.includes(basis)) ??
    'whole list'
  )
}

/** A resource that the provider refuses. */
export const skippedEstimate = ({ code, message }: { readonly code: string; readonly message: string }) => ({
  items: exactly(0),
  requests: exactly(1),
  bytes: exactly(0),
  basis: 'first pages' as const,
  skipped: { code, message },
})

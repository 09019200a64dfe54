import type { Item } from '../../json/item.ts'
import type { ListSource, NestedSource } from '../../provider/contract.ts'
import { largestPage } from '../page-size.ts'
import { bytesOf } from './bytes.ts'
import { requestsAtMost } from './measure.ts'
import { type Range, rangeOf } from './range.ts'
import type { ResourceEstimate } from './resource-estimate.ts'

/** What a sample of parents shows of a nested list. */
export interface NestedSample {
  readonly name: string
  /** Items seen. */
  readonly children: readonly Item[]
  /** How many items each parent of the sample embeds. */
  readonly embedded: readonly number[]
  /** Parents that do not embed their whole list: the rest costs a request each. */
  readonly cut: number
  /** How many items the rest had, of those that were asked for. */
  readonly rests: readonly number[]
  /** Whether every parent of the sample showed its whole list. */
  readonly isWhole: boolean
}

/** Reads the nested lists of a sample: whole for a few parents that do not embed them. @throws SyncError */
export async function sampleNested(
  { nested = [], listsSummaries, retrieve }: ListSource,
  sample: readonly Item[],
  signal: AbortSignal,
): Promise<readonly NestedSample[]> {
  if (nested.length === 0) return []
  const parents = listsSummaries && retrieve ? await complete(sample, retrieve, signal) : sample
  return await Promise.all(nested.map((list) => sampleOne(list, parents, signal)))
}

/** A few items with the parts that their list leaves out. */
async function complete(sample: readonly Item[], retrieve: NonNullable<ListSource['retrieve']>, signal: AbortSignal) {
  const items = await Promise.all(
    spread(sample, requestsAtMost).map(async ({ id }) => (id === null ? null : (await retrieve(id, signal)).item)),
  )
  return items.filter((item) => item !== null)
}

async function sampleOne(list: NestedSource, parents: readonly Item[], signal: AbortSignal): Promise<NestedSample> {
  const embedded = parents.map((item) => ({ id: item.id, part: list.embedded(item) }))
  const shown = embedded.flatMap(({ part }) => part?.items ?? [])
  const cut = embedded.flatMap(({ id, part }) =>
    id !== null && part && part.next !== null ? [{ id, next: part.next }] : [],
  )
  const pages = await Promise.all(
    spread(cut, requestsAtMost).map(({ id, next }) =>
      list.list(id, { cursor: next === '' ? null : next, limit: largestPage }, signal),
    ),
  )
  // A nested list that is asked for may begin with the items that its parent embeds.
  const known = new Set(shown.flatMap(({ id }) => id ?? []))
  const rests = pages.map(({ items }) => items.filter(({ id }) => id === null || !known.has(id)))
  return {
    name: list.name,
    children: [...shown, ...rests.flat()],
    embedded: embedded.map(({ part }) => part?.items.length ?? 0),
    rests: rests.map(({ length }) => length),
    cut: cut.length,
    isWhole: pages.length === cut.length && pages.every(({ next }) => next === null),
  }
}

/** Some of a list, in equal distances. */
function spread<Value>(values: readonly Value[], count: number): readonly Value[] {
  if (values.length <= count) return values
  return Array.from(
    { length: count },
    (_, index) => values[Math.floor(((index + 0.5) * values.length) / count)],
  ).filter((value) => value !== undefined)
}

/** The nested lists of all parents, as those of the sample. */
export function nestedEstimates(
  samples: readonly NestedSample[],
  parents: Range,
): Readonly<Record<string, ResourceEstimate>> {
  return Object.fromEntries(
    samples.map(({ name, children, embedded, cut, rests, isWhole }) => {
      const cuts = Math.round((parents.likely * cut) / Math.max(1, embedded.length))
      const least = children.length
      const isEvery = parents.most === embedded.length
      const likely = Math.round(ofAll(embedded, parents.likely) + ofAll(rests, cuts))
      const range = { least, likely: Math.max(least, likely), most: isWhole && isEvery ? least : null }
      const estimated: ResourceEstimate = {
        items: range,
        requests: { least: cut, likely: cuts, most: isEvery && isWhole ? cut : null },
        bytes: rangeOf(range, (number) => Math.round(number * bytesOf(children))),
        basis: 'inside other items',
      }
      return [name, estimated]
    }),
  )
}

/** The sum of so many counts, as those of a sample. The largest is not repeated: one alone does not say how often it occurs. */
function ofAll(counts: readonly number[], all: number): number {
  const sum = counts.reduce((total, count) => total + count, 0)
  if (counts.length >= all || counts.length < 3) return (sum / Math.max(1, counts.length)) * all
  const largest = Math.max(...counts)
  return largest + ((sum - largest) / (counts.length - 1)) * (all - 1)
}

import type { Item } from '../../json/item.ts'
import type { ListSource, NestedSource } from '../../provider/contract.ts'
import { largestPage } from '../page-size.ts'
import { bytesOf, bytesRange } from './bytes.ts'
import { requestsAtMost } from './probing.ts'
import type { Range } from './range.ts'
import type { ResourceEstimate } from './resource-estimate.ts'

/** What a sample of parents shows of a nested list. */
export interface NestedSample {
  readonly name: string
  /** Items seen. */
  readonly children: readonly Item[]
  /** How many items each parent of the sample has. One whose rest was not asked for has as much as the others' rests. */
  readonly counts: readonly number[]
  /** Parents that do not embed their whole list: the rest costs a request each. */
  readonly cut: number
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
    id !== null && part && isCut(part) ? [{ id, next: part.next ?? '' }] : [],
  )
  const pages = await Promise.all(
    spread(cut, requestsAtMost).map(({ id, next }) =>
      list.list(id, { cursor: next === '' ? null : next, limit: largestPage }, signal),
    ),
  )
  // A nested list that is asked for may begin with the items that its parent embeds.
  const known = new Set(shown.flatMap(({ id }) => id ?? []))
  const rests = pages.map(({ items }) => items.filter(({ id }) => id === null || !known.has(id)))
  const restById = new Map(spread(cut, requestsAtMost).map(({ id }, at) => [id, rests[at]?.length ?? 0]))
  const usual = rests.flat().length / Math.max(1, rests.length)
  const restOf = (id: string | null, isCut: boolean) => (isCut ? (restById.get(id ?? '') ?? usual) : 0)
  return {
    name: list.name,
    children: [...shown, ...rests.flat()],
    counts: embedded.map(({ id, part }) => (part?.items.length ?? 0) + restOf(id, isCut(part))),
    cut: cut.length,
    isWhole: pages.length === cut.length && pages.every(({ next }) => next === null),
  }
}

/** Whether a parent does not embed the whole list. */
export const isCut = (part: ReturnType<NestedSource['embedded']>): boolean => part !== null && part.next !== null

/** Some of a list, in equal distances. */
function spread<Value>(values: readonly Value[], most: number): readonly Value[] {
  const count = Math.min(most, values.length)
  const middles = Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * values.length) / count))
  return values.filter((_, at) => middles.includes(at))
}

/** The nested lists of all parents, as those of the sample. */
export function nestedEstimates(
  samples: readonly NestedSample[],
  parents: Range,
): Readonly<Record<string, ResourceEstimate>> {
  return Object.fromEntries(
    samples.map(({ name, children, counts, cut, isWhole }) => {
      const cuts = Math.round((parents.likely * cut) / Math.max(1, counts.length))
      const least = children.length
      const isEvery = parents.most === counts.length
      const likely = Math.round(ofAll(counts, parents.likely))
      const range = { least, likely: Math.max(least, likely), most: isWhole && isEvery ? least : null }
      const estimated: ResourceEstimate = {
        items: range,
        requests: { least: cut, likely: cuts, most: isEvery && isWhole ? cut : null },
        bytes: bytesRange(range, bytesOf(children)),
        basis: 'inside other items',
      }
      return [name, estimated]
    }),
  )
}

/** A count stands alone if it is so many times as large as the others on average, and such a share of their sum. */
const alone = { times: 4, share: 0.25 }

/** The sum of so many counts, as those of a sample. One that stands alone is not repeated: it does not say how often it occurs. */
export function ofAll(counts: readonly number[], all: number): number {
  const sum = counts.reduce((total, count) => total + count, 0)
  const mean = sum / Math.max(1, counts.length)
  if (counts.length >= all || counts.length < 3) return mean * all
  const largest = Math.max(...counts)
  const others = (sum - largest) / (counts.length - 1)
  const standsAlone = largest > others * alone.times && largest > (sum - largest) * alone.share
  return standsAlone ? largest + others * (all - 1) : mean * all
}

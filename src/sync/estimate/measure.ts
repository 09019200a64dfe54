import type { ListSource } from '../../provider/contract.ts'
import { largestPage } from '../page-size.ts'
import { pooled } from './history.ts'
import { isCut } from './nested.ts'
import { probePages } from './probe-pages.ts'
import { probeTimes } from './probe-times.ts'
import { probeWindows } from './probe-windows.ts'
import { type History, type Measured, type Probe, type Probing, requestsAtMost } from './probing.ts'
import { exactly, sumOf } from './range.ts'

export interface Measuring extends Omit<Probe, 'source' | 'part'> {
  /** The lists that together are the resource. */
  readonly parts: readonly (string | null)[]
  /** Of a like list of the account; null if there is none. */
  readonly like: History | null
  /** Requests at most. */
  readonly most: number
}

/**
 * Asks the lists of a resource for a few pages: first one of each, then of the list that is most in doubt. Lists beyond
 * the number of requests count as those that were asked.
 * @throws SyncError
 */
export async function measureLists(
  source: ListSource,
  { parts, like, most, ...situation }: Measuring,
  signal: AbortSignal,
): Promise<readonly Measured[]> {
  const budget = countedCalls(source)
  const probes = parts.slice(0, most).map((part) => openProbe({ ...situation, source: budget.source, part }, signal))
  const total = parts.length === 1 ? ((await budget.source.count?.(signal)) ?? null) : null
  for (;;) {
    const next = probes.toSorted((left, right) => right.doubt() - left.doubt())[0]
    if (!next) break
    const left = most - budget.calls()
    const isInDoubt = next.doubt() > 0 && (total === null || next.seen() < Math.min(total, enough))
    if (isInDoubt && left > 0) await next.ask(left)
    else if (isThin(source, next) && budget.calls() < most + unusedOf(source, next)) await next.ask(1)
    else break
  }
  const alone = probes.map((probe) => probe.conclude(null))
  const best = likeOthers([...alone.flatMap(({ history }) => history ?? []), ...(like ? [like] : [])])
  const lists = probes.map((probe) => {
    const measured = probe.conclude(best)
    if (total === null || measured.basis === 'whole list') return measured
    return { ...measured, items: exactly(total), basis: 'stated total' as const }
  })
  const rest = parts.length - probes.length
  return rest > 0 ? [...lists, unasked(lists, rest)] : lists
}

/** The lists that are known whole, as one; else the history that is least in doubt. */
function likeOthers(histories: readonly History[]): History | null {
  const whole = histories.filter(({ doubt }) => doubt === 0)
  if (whole.length < 2) return bestHistory(histories)
  return bestHistory([{ curve: pooled(whole.map(({ curve }) => curve)), doubt: 0 }])
}

/** Whether too few items were seen to tell how many their nested lists have, and a page would show more. */
const isThin = ({ nested = [], listsSummaries }: ListSource, { seen, goesOn }: Probing) =>
  nested.length > 0 && !listsSummaries && seen() < enough && goesOn()

/** Requests of the nested lists that these do not need, because the items of the list embed them. */
function unusedOf({ nested = [] }: ListSource, { sample }: Probing): number {
  const parents = sample()
  return nested.reduce((sum, { embedded }) => {
    const cut = parents.filter((item) => isCut(embedded(item))).length
    return sum + Math.max(0, requestsAtMost - cut)
  }, 0)
}

/** The history that is least in doubt. */
export const bestHistory = (histories: readonly History[]): History | null =>
  histories.filter(isTold).toSorted((left, right) => left.doubt - right.doubt)[0] ?? null

/** Items that tell how a list is spread over time, if they are not all of one page. */
const enough = 100
const isTold = ({ curve: { stretches, gaps } }: History) =>
  (stretches.length > 1 || gaps.length === 0) && stretches.reduce((sum, { items }) => sum + items, 0) >= enough

function openProbe(probe: Probe, signal: AbortSignal): Probing {
  const filter = probe.source.createdFilter ?? probe.source.updatedFilter
  if (filter && filter.order !== 'none') return probeTimes({ ...probe, filter }, signal)
  const { maxDays, historyDays = Number.POSITIVE_INFINITY } = filter ?? {}
  // A job asks for all of the history, however young the account is.
  const isCut = maxDays !== undefined && historyDays > maxDays
  return filter && isCut
    ? probeWindows({ ...probe, filter: { ...filter, maxDays } }, signal)
    : probePages({ ...probe, filter }, signal)
}

/** A source whose calls are counted, refused ones too. */
function countedCalls(source: ListSource) {
  let calls = 0
  const list: ListSource['list'] = (query, signal) => {
    calls++
    return source.list(query, signal)
  }
  const { count } = source
  const counting = (signal: AbortSignal) => {
    calls++
    return count?.(signal) ?? Promise.resolve(null)
  }
  return { source: { ...source, list, ...(count && { count: counting }) }, calls: () => calls }
}

function unasked(lists: readonly Measured[], rest: number): Measured {
  const sum = sumOf(lists.map(({ items }) => items))
  const likely = Math.round((sum.likely / Math.max(1, lists.length)) * rest)
  const requests = (items: number) => Math.max(rest, Math.ceil(items / largestPage))
  return {
    items: { least: 0, likely, most: null },
    basis: 'first pages',
    sample: [],
    requests,
    isChain: false,
    history: null,
  }
}

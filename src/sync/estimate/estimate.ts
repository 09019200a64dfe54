import { setMaxListeners } from 'node:events'
import type { Clock } from '../../clock.ts'
import { isRefused } from '../../errors.ts'
import type { Account, ListSource } from '../../provider/contract.ts'
import type { RateLimited } from '../rate-limited.ts'
import { findList } from '../source.ts'
import { newAnswers, timedSource } from './answers.ts'
import { type Costs, costAlone, costOf, type Load, type Spent } from './cost.ts'
import { derivedEstimate } from './derived.ts'
import { bestHistory, measureLists } from './measure.ts'
import { isCut, nestedEstimates, sampleNested } from './nested.ts'
import { type History, type Measured, requestsAtMost } from './probing.ts'
import { rangeOf } from './range.ts'
import { listEstimate, type ResourceEstimate, skippedEstimate } from './resource-estimate.ts'
import { bytesOfStored, measureStored, type StoredList, type StoredLists, storedEstimate } from './stored.ts'

/** What a full job will find and cost. An estimate. */
export interface Estimate extends Costs {
  readonly resources: Readonly<Record<string, ResourceEstimate & Spent>>
  /** Requests that the estimate made. */
  readonly asked: number
}

export interface Estimating {
  readonly account: Account
  /** The account's sources behind its limits. */
  readonly reading: RateLimited
  /** The resources to estimate. */
  readonly names: readonly string[]
  readonly clock: Clock
  /** Second since 1970. */
  readonly now: number
  /** Called when a resource has been asked for. */
  readonly onMeasured?: (name: string) => void
  /** What is stored of an account, by its name with its mode. Absent: nothing is. */
  readonly stored?: (account: string) => Promise<StoredLists>
}

/** Asks the provider for a few pages of each list. Writes nothing. @throws SyncError */
export async function estimate(
  { account, reading, names, clock, now, onMeasured, stored: readStored }: Estimating,
  signal: AbortSignal,
): Promise<Estimate> {
  setMaxListeners(0, signal)
  // Without its age the account counts as old, and its lists as thin at their beginning.
  const since = await reading.since(signal).catch(() => now - longestHistory)
  const stored = readStored ? await storedOf({ account, reading, readStored }, signal) : nothingStored
  const answers = newAnswers()
  const sources = names.flatMap((name) => {
    const source = findList(reading.sources, name)
    return source ? [timedSource(source, clock, answers)] : []
  })
  const measured = new Map<string, MeasuredResource>()
  async function measure(source: ListSource, like: History | null): Promise<void> {
    // The items of a list show those of the resources that are made of it, which ask for nothing by themselves.
    const made = sources.filter(({ derivedFrom }) => derivedFrom?.[0] === source.name).length
    const most = requestsAtMost * (1 + made)
    measured.set(source.name, await measureResource(source, { since, now, like, most, stored }, signal))
    onMeasured?.(source.name)
  }
  const listed = sources.filter(({ derivedFrom }) => !derivedFrom)
  const [whole, others] = [listed.filter((source) => !needsOthers(source)), listed.filter(needsOthers)]
  await Promise.all(whole.map((source) => measure(source, null)))
  // Other lists show how a list is spread over time that has many parts, or that cannot be asked by time.
  const histories = [...measured.values()].flatMap(({ lists }) => lists.flatMap(({ history }) => history ?? []))
  await Promise.all(others.map((source) => measure(source, bestHistory(histories))))

  const origins = listed.flatMap((source) => {
    const known = measured.get(source.name)
    if (!known) return []
    return [{ source, sample: known.lists.flatMap(({ sample }) => sample), items: known.estimate.items.likely }]
  })
  const resources: Record<string, ResourceEstimate & Spent> = {}
  for (const source of sources) {
    const { name, derivedFrom } = source
    const { estimate, nested = {}, lists = [] } = measured.get(name) ?? {}
    const known = stored.get(name)
    const derived = known ? storedEstimate(known, now) : derivedEstimate(name, origins)
    const each = derivedFrom ? { [name]: derived } : estimate ? { [name]: estimate, ...nested } : {}
    for (const [resource, estimated] of Object.entries(each)) {
      const load = { source, isChain: lists.some(({ isChain }) => isChain), requests: [estimated.requests] }
      resources[resource] = { ...estimated, ...costAlone({ account, answers, load }) }
    }
  }
  const loads: readonly Load[] = [...measured.values()].map(({ source, lists, estimate, nested }) => ({
    source,
    isChain: lists.some(({ isChain }) => isChain),
    requests: [estimate, ...Object.values(nested)].map(({ requests }) => requests),
  }))
  return {
    resources,
    ...costOf({ account, answers, resources: Object.values(resources), loads }),
    asked: reading.requests(),
  }
}

/** Seconds that an account's history is taken to have, if the provider does not say since when it is there. */
const longestHistory = 10 * 365 * 86_400

const needsOthers = ({ partition, createdFilter, updatedFilter }: ListSource) =>
  partition !== undefined || (createdFilter ?? updatedFilter ?? { order: 'none' }).order === 'none'

interface MeasuredResource {
  readonly source: ListSource
  readonly lists: readonly Measured[]
  readonly estimate: ResourceEstimate
  readonly nested: Readonly<Record<string, ResourceEstimate>>
}

interface Situation {
  readonly since: number
  readonly now: number
  readonly like: History | null
  readonly most: number
  readonly stored: StoredLists
}

/** A resource that the provider refuses is said to be skipped. @throws SyncError */
async function measureResource(
  source: ListSource,
  situation: Situation,
  signal: AbortSignal,
): Promise<MeasuredResource> {
  try {
    const parts = source.partition ? await source.partition.list(signal) : (source.parts ?? [null])
    const known = situation.stored.get(source.name)
    if (known) return await measureKnown(source, { ...situation, parts, known }, signal)
    const lists = await measureLists(source, { ...situation, parts }, signal)
    const estimate = listEstimate(source, lists)
    const there = lists.flatMap(({ sample }) => sample).filter((item) => !source.gone?.(item))
    const nested = nestedEstimates(await sampleNested(source, there, signal), estimate.items)
    return { source, lists, estimate, nested }
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
    return { source, lists: [], estimate: skippedEstimate(error), nested: {} }
  }
}

const nothingStored: StoredLists = new Map()

/** What is stored of the account; nothing if the provider does not say which it is. */
async function storedOf(
  {
    account,
    reading,
    readStored,
  }: Pick<Estimating, 'account' | 'reading'> & { readonly readStored: NonNullable<Estimating['stored']> },
  signal: AbortSignal,
): Promise<StoredLists> {
  const name = account.id ?? (await reading.identify(signal)).account
  return name === null ? nothingStored : await readStored(name)
}

type Known = Situation & { readonly parts: readonly (string | null)[]; readonly known: StoredList }

/** A resource whose rows are stored: one page tells what came since, and how many parents have nested lists to be asked for. */
async function measureKnown(
  source: ListSource,
  { parts, known, stored, now }: Known,
  signal: AbortSignal,
): Promise<MeasuredResource> {
  const list = await measureStored({ source, parts, stored: known, now }, signal)
  const measured = listEstimate(source, [list])
  const estimate = { ...measured, bytes: bytesOfStored(measured.items, known) }
  const nested: Record<string, ResourceEstimate> = {}
  for (const { name, embedded } of source.nested ?? []) {
    const rows = stored.get(name)
    if (!rows) continue
    const shown = list.sample.map(embedded)
    const share = shown.filter(isCut).length / Math.max(1, shown.length)
    const growth = estimate.items.likely / Math.max(1, known.items)
    // Parents that were there before may have got more since.
    const least = shown.reduce((sum, part) => sum + (part?.items.length ?? 0), 0)
    const items = { least, likely: Math.max(least, Math.round(rows.items * growth)), most: null }
    const requests = rangeOf(estimate.items, (number) => Math.round(number * share))
    nested[name] = { items, requests, bytes: bytesOfStored(items, rows), basis: 'stored rows' }
  }
  return { source, lists: [list], estimate, nested }
}

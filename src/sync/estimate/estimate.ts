import { setMaxListeners } from 'node:events'
import type { Clock } from '../../clock.ts'
import { isRefused } from '../../errors.ts'
import type { Account, ListSource } from '../../provider/contract.ts'
import type { RateLimited } from '../rate-limited.ts'
import { findList } from '../source.ts'
import { newAnswers, timedSource } from './answers.ts'
import { type Costs, costOf, type Load } from './cost.ts'
import { derivedEstimate } from './derived.ts'
import { bestHistory, measureLists } from './measure.ts'
import { nestedEstimates, sampleNested } from './nested.ts'
import type { History, Measured } from './probing.ts'
import { listEstimate, type ResourceEstimate, skippedEstimate } from './resource-estimate.ts'

/** What a full job will find and cost. An estimate. */
export interface Estimate extends Costs {
  readonly resources: Readonly<Record<string, ResourceEstimate>>
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
}

/** Asks the provider for a few pages of each list. Writes nothing. @throws SyncError */
export async function estimate(
  { account, reading, names, clock, now, onMeasured }: Estimating,
  signal: AbortSignal,
): Promise<Estimate> {
  setMaxListeners(0, signal)
  // Without its age the account counts as old, and its lists as thin at their beginning.
  const since = await reading.since(signal).catch(() => now - longestHistory)
  const answers = newAnswers()
  const sources = names.flatMap((name) => {
    const source = findList(reading.sources, name)
    return source ? [timedSource(source, clock, answers)] : []
  })
  const measured = new Map<string, MeasuredResource>()
  async function measure(source: ListSource, like: History | null): Promise<void> {
    measured.set(source.name, await measureResource(source, { since, now, like }, signal))
    onMeasured?.(source.name)
  }
  const listed = sources.filter(({ derivedFrom }) => !derivedFrom)
  const [whole, others] = [listed.filter((source) => !needsOthers(source)), listed.filter(needsOthers)]
  await Promise.all(whole.map((source) => measure(source, null)))
  // Other lists show how a list is spread over time that has many parts, or that cannot be asked by time.
  const histories = [...measured.values()].flatMap(({ lists }) => lists.flatMap(({ history }) => history ?? []))
  await Promise.all(others.map((source) => measure(source, bestHistory(histories))))

  const origins = listed.flatMap((source) => {
    const { lists, own } = measured.get(source.name) ?? {}
    if (!lists || !own) return []
    return [{ source, sample: lists.flatMap(({ sample }) => sample), items: own.items.likely }]
  })
  const resources: Record<string, ResourceEstimate> = {}
  for (const { name, derivedFrom } of sources) {
    const { own, nested } = measured.get(name) ?? {}
    if (derivedFrom) resources[name] = derivedEstimate(name, origins)
    else if (own) Object.assign(resources, { [name]: own }, nested)
  }
  const loads: readonly Load[] = [...measured.values()].map(({ source, lists, own, nested }) => ({
    source,
    isChain: lists.some(({ isChain }) => isChain),
    requests: [own, ...Object.values(nested)].map(({ requests }) => requests),
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
  readonly own: ResourceEstimate
  readonly nested: Readonly<Record<string, ResourceEstimate>>
}

interface Situation {
  readonly since: number
  readonly now: number
  readonly like: History | null
}

/** A resource that the provider refuses is said to be skipped. @throws SyncError */
async function measureResource(
  source: ListSource,
  situation: Situation,
  signal: AbortSignal,
): Promise<MeasuredResource> {
  try {
    const parts = source.partition ? await source.partition.list(signal) : (source.parts ?? [null])
    const lists = await measureLists(source, { ...situation, parts }, signal)
    const own = listEstimate(source, lists)
    const there = lists.flatMap(({ sample }) => sample).filter((item) => !source.gone?.(item))
    const nested = nestedEstimates(await sampleNested(source, there, signal), own.items)
    return { source, lists, own, nested }
  } catch (error) {
    if (!isRefused(error, 'resource')) throw error
    return { source, lists: [], own: skippedEstimate(error), nested: {} }
  }
}

import { mix, seedFor } from '../../server/random.ts'
import { createVersions } from '../../server/versions.ts'
import type { Fields, Stored } from '../paypal-object.ts'
import { textOf } from '../paypal-object.ts'
import { secondsOf } from '../timestamps.ts'
import { affectsBalance } from './line-kinds.ts'
import { affectsAt } from './states.ts'
import { type TransactionContext, transactionAt } from './transaction.ts'

/** A transaction as Transaction Search finds it. The object itself is built when it is asked for. */
export interface Row {
  readonly key: string
  /** When it was initiated, in unix seconds. */
  readonly time: number
  readonly affectsBalance: boolean
  object(): Fields
}

/** All transactions: the generated ones under the changes that were made since. */
export interface Ledger {
  /** Those that have appeared and were initiated within a range, both ends included, oldest first. In unix seconds. */
  within(from: number, to: number): Row[]
  /** All that have appeared. */
  all(): Iterable<Row>
  /** As it is now, whether or not it has appeared. */
  retrieve(key: string): Fields | undefined
  /** The key of the n-th generated transaction. */
  keyOf(n: number): string
  insert(object: Fields, listedFrom: number): Stored
  update(key: string, object: Fields, listedFrom: number): Stored
}

interface LedgerContext extends TransactionContext {
  /** The provider's clock, in unix seconds. */
  now(): number
  /** The most seconds until a transaction appears. */
  readonly lag: number
}

export function createLedger(context: LedgerContext): Ledger {
  const { stories, seed, now, lag } = context
  const lagSeed = seedFor(seed, 'lags')
  const versions = createVersions<Fields>()
  const inserted: string[] = []
  const times = Uint32Array.from({ length: stories.count }, (_, n) => stories.time(n))
  const inOrder = Uint32Array.from({ length: stories.count }, (_, n) => n).sort(
    (a, b) => timeOf(a) - timeOf(b) || a - b,
  )

  const keyOf = (n: number) => `T${n}`
  const lagOf = (n: number) => (lag === 0 ? 0 : mix(n ^ lagSeed) % (lag + 1))
  function timeOf(n: number): number {
    return times[n] ?? 0
  }
  /** What a generated line has become so far, as late as everything is seen. */
  const generated = (n: number) => transactionAt(n, now() - lagOf(n), context)

  function changedRow(key: string): Row[] {
    const listed = versions.listed(key, now())
    return listed?.object ? [rowOf(key, listed.object)] : []
  }
  function generatedRow(n: number): Row[] {
    const key = keyOf(n)
    if (versions.listed(key, now())) return changedRow(key)
    const [time, own] = [timeOf(n), lagOf(n)]
    if (time + own > now()) return []
    return [{ key, time, affectsBalance: affectsAt(n, now() - own, stories), object: () => generated(n) }]
  }

  return {
    within(from, to) {
      const rows: Row[] = []
      for (let at = firstFrom(from, inOrder, timeOf); at < inOrder.length; at++) {
        const n = inOrder[at] ?? 0
        if (timeOf(n) > to) break
        rows.push(...generatedRow(n))
      }
      const added = inserted.flatMap(changedRow).filter(({ time }) => time >= from && time <= to)
      return added.length === 0 ? rows : [...rows, ...added].sort((a, b) => a.time - b.time)
    },
    *all() {
      for (let n = 0; n < stories.count; n++) yield* generatedRow(n)
      for (const key of inserted) yield* changedRow(key)
    },
    retrieve(key) {
      const version = versions.newest(key)
      if (version) return version.object
      const n = Number(key.slice(1))
      return keyOf(n) === key && n >= 0 && n < stories.count ? transactionAt(n, now(), context) : undefined
    },
    keyOf,
    insert(object, listedFrom) {
      const key = keyOf(stories.count + inserted.length)
      inserted.push(key)
      versions.add(key, { listedFrom, object })
      return { key, object }
    },
    update(key, object, listedFrom) {
      versions.add(key, { listedFrom, object })
      return { key, object }
    },
  }
}

function rowOf(key: string, object: Fields): Row {
  const info = object.transaction_info
  return {
    key,
    time: secondsOf(textOf(info, 'transaction_initiation_date')),
    affectsBalance: affectsBalance(textOf(info, 'transaction_event_code'), textOf(info, 'transaction_status')),
    object: () => object,
  }
}

/** The first index whose line happened at a time or later. */
function firstFrom(time: number, inOrder: Uint32Array, timeOf: (n: number) => number): number {
  let [from, to] = [0, inOrder.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (timeOf(inOrder[middle] ?? 0) >= time) to = middle
    else from = middle + 1
  }
  return from
}

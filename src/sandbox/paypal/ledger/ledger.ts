import { mix, seedFor } from '../../server/random.ts'
import { createVersions } from '../../server/versions.ts'
import type { Fields, Stored } from '../paypal-object.ts'
import { textAt } from '../paypal-object.ts'
import { secondsOf } from '../timestamps.ts'
import { affectsBalance } from './line-kinds.ts'
import { affectsAt } from './states.ts'
import { type TransactionContext, transactionAt } from './transaction.ts'

/** A transaction as Transaction Search finds it. The object itself is built when it is asked for. */
export interface Row {
  /** The number that its key is made of. */
  readonly number: number
  /** When it was initiated, in unix seconds. */
  readonly time: number
  affectsBalance(): boolean
  object(): Fields
}

/** All transactions: the generated ones under the changes that were made since. */
export interface Ledger {
  /** Those that have appeared and were initiated within a range, both ends included. In unix seconds. */
  within(from: number, to: number): Row[]
  /** All that have appeared. */
  all(): Iterable<Row>
  /** As it is now, whether or not it has appeared. */
  retrieve(key: string): Fields | undefined
  /** The key of the transaction with a number. The generated ones are numbered from zero. */
  keyOf(n: number): string
  /** How many changes were made. */
  changes(): number
  insert(object: Fields, listedFrom: number): Stored
  update(key: string, object: Fields, listedFrom: number): Stored
}

interface LedgerContext extends TransactionContext {
  /** The provider's clock, in unix seconds. */
  now(): number
  /** Up to when Transaction Search has data, in unix seconds. */
  lastRefreshed(): number
  /** The most seconds until a transaction appears. */
  readonly lag: number
}

export function createLedger(context: LedgerContext): Ledger {
  const { stories, seed, now, lag, lastRefreshed } = context
  const lagSeed = seedFor(seed, 'lags')
  const versions = createVersions<Fields>()
  const inserted: number[] = []
  const changed = new Set<number>()
  let changes = 0
  const times = Uint32Array.from({ length: stories.count }, (_, n) => stories.time(n))
  const timeOf = (n: number) => times[n] ?? 0
  const inOrder = Uint32Array.from({ length: stories.count }, (_, n) => n).sort(
    (a, b) => timeOf(a) - timeOf(b) || a - b,
  )

  const lagOf = (n: number) => (lag === 0 ? 0 : mix(n ^ lagSeed) % (lag + 1))

  /** What a generated line has become so far, as late as everything is seen. */
  function generatedRow(n: number): Row {
    return {
      number: n,
      time: timeOf(n),
      affectsBalance: () => affectsAt(n, now() - lagOf(n), stories),
      object: () => transactionAt(n, now() - lagOf(n), context),
    }
  }
  function changedRow(n: number): Row | undefined {
    const listed = versions.listed(keyOf(n), now())
    const row = listed?.object && rowOf(n, listed.object)
    return row && row.time <= lastRefreshed() ? row : undefined
  }
  function visible(n: number): Row | undefined {
    const time = timeOf(n)
    if (time > lastRefreshed()) return undefined
    const row = changed.has(n) ? changedRow(n) : undefined
    return row ?? (time + lagOf(n) <= now() ? generatedRow(n) : undefined)
  }
  function change(n: number, object: Fields, listedFrom: number): Stored {
    changes++
    changed.add(n)
    versions.add(keyOf(n), { listedFrom, object })
    return { key: keyOf(n), object }
  }

  return {
    within(from, to) {
      const rows: Row[] = []
      for (let at = firstFrom(from, inOrder, timeOf); at < inOrder.length; at++) {
        const n = inOrder[at] ?? 0
        if (timeOf(n) > to) break
        const row = visible(n)
        if (row) rows.push(row)
      }
      for (const n of inserted) {
        const row = changedRow(n)
        if (row && row.time >= from && row.time <= to) rows.push(row)
      }
      return rows
    },
    *all() {
      for (let n = 0; n < stories.count + inserted.length; n++) {
        const row = n < stories.count ? visible(n) : changedRow(n)
        if (row) yield row
      }
    },
    retrieve(key) {
      const version = versions.newest(key)
      if (version) return version.object
      const n = Number(key.slice(1))
      return keyOf(n) === key && n >= 0 && n < stories.count ? transactionAt(n, now(), context) : undefined
    },
    keyOf,
    changes: () => changes,
    insert(object, listedFrom) {
      const n = stories.count + inserted.length
      inserted.push(n)
      return change(n, object, listedFrom)
    },
    update: (key, object, listedFrom) => change(Number(key.slice(1)), object, listedFrom),
  }
}

const keyOf = (n: number) => `T${n}`

function rowOf(number: number, object: Fields): Row {
  const info = object.transaction_info
  return {
    number,
    time: secondsOf(textAt(info, 'transaction_initiation_date')),
    affectsBalance: () => affectsBalance(textAt(info, 'transaction_event_code'), textAt(info, 'transaction_status')),
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

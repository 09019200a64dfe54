import { creationTimes, type Density, accountAge as densityAge } from '../../server/density.ts'
import { fraction, randomStream, seedFor } from '../../server/random.ts'
import { idText } from '../id-text.ts'
import { inCurrency } from '../money.ts'
import { day } from '../timestamps.ts'
import { type LineKind, lineKinds, storyLength } from './line-kinds.ts'

/** A day on which so many more lines happen, for windows that hold too much. */
export interface BusyDay {
  /** How many days before the end of the history it begins. Default 100. */
  readonly daysAgo?: number
  readonly transactions: number
}

export interface LedgerSize {
  readonly transactions: number
  readonly day: BusyDay | undefined
  readonly density: Density
  readonly seed: number
  /** The end of the generated history, in unix seconds. */
  readonly now: number
}

/** A line's place: its story, counted from the newest, and its slot in it. */
export interface Place {
  readonly story: number
  readonly slot: number
  readonly kind: LineKind
}

/** The generated ledger as numbers: when each line happened and of how much it is. Everything follows from the seed. */
export interface Stories {
  /** How many lines there are. */
  readonly count: number
  /** The end of the history, in unix seconds. */
  readonly end: number
  /** How many stories are spread over the history. Those of the busy day come after them. */
  readonly spread: number
  placeOf(n: number): Place
  numberOf(story: number, slot: number): number
  /** When the line happened, in unix seconds. */
  time(n: number): number
  /** In the smallest unit of its currency, without a sign. */
  amount(n: number): number
  currency(n: number): string
  transactionId(n: number): string
  /** A number that is the same for every caller. */
  draw(n: number, use: string): number
}

/** Transaction Search goes back three years. The history begins a day and a half after that. */
const age = 3 * 365 * day - 1.5 * day

export function createStories({ transactions, day: busy, density, seed, now }: LedgerSize): Stories {
  const spread = Math.ceil(transactions / storyLength)
  const begins = creationTimes({ count: spread, density, seed: seedFor(seed, 'stories'), now }).map((time) =>
    Math.floor(now - 1 - ((now - 1 - time) * age) / densityAge),
  )
  const busyBegin = now - (busy?.daysAgo ?? 100) * day
  const idSeed = seedFor(seed, 'transaction ids')
  const seeds = new Map<string, number>()
  const draw = (n: number, use: string) => {
    const known = seeds.get(use) ?? seedFor(seed, use)
    seeds.set(use, known)
    return randomStream(seedFor(known, n))()
  }

  function placeOf(n: number): Place {
    const slot = n < transactions ? n % storyLength : (n - transactions) % storyLength
    const story = n < transactions ? Math.floor(n / storyLength) : spread + Math.floor((n - transactions) / storyLength)
    return { story, slot, kind: lineKinds[slot] ?? firstKind }
  }
  const numberOf = (story: number, slot: number) =>
    story < spread ? story * storyLength + slot : transactions + (story - spread) * storyLength + slot

  /** When a story begins, and by when all of it has happened. */
  function bounds(story: number): readonly [begin: number, end: number] {
    if (story < spread) return [begins[story] ?? now - 1, now - 1]
    const random = randomStream(seedFor(seedFor(seed, 'busy day'), story))
    return [busyBegin + Math.floor(fraction(random) * (day - 1)), busyBegin + day - 1]
  }

  function time(n: number): number {
    const { story, slot, kind } = placeOf(n)
    const [begin, end] = bounds(story)
    const room = end - begin
    // What would happen after the end happens earlier, in the same order.
    const desired =
      kind.offset <= room ? begin + kind.offset : begin + Math.floor((room * (slot + 1)) / (storyLength + 1))
    const parent = kind.refersTo ?? kind.sameIdAs
    return parent === undefined ? desired : Math.max(desired, time(numberOf(story, parent)))
  }

  const currency = (n: number) => {
    const { story, slot } = placeOf(n)
    const [index, other] = [story % currencies.length, (story + 1) % currencies.length]
    return currencies[slot === 19 ? other : index] ?? 'USD'
  }

  function amount(n: number): number {
    const { story, slot, kind } = placeOf(n)
    if (kind.amountOf)
      return Math.max(1, Math.floor(amount(numberOf(story, kind.amountOf.slot)) * (kind.amountOf.share ?? 1)))
    const hundredths = 300 + (draw(n, 'amounts') % 40_000)
    // A withdrawal is of a lot of money: beyond 31 bits for one story in fifty.
    const large = slot === 13 ? (story % 50 === 7 ? 400_000 : 20) : 1
    return inCurrency(hundredths * large, currency(n))
  }

  return {
    count: transactions + (busy?.transactions ?? 0),
    end: now,
    spread,
    placeOf,
    numberOf,
    time,
    amount,
    currency,
    draw,
    transactionId(n) {
      const { story, slot, kind } = placeOf(n)
      return idText(idSeed, numberOf(story, kind.sameIdAs ?? slot), 17)
    },
  }
}

const firstKind: LineKind = { code: 'T0006', offset: 0, sign: 1, hasFee: true }

const currencies = ['USD', 'EUR', 'USD', 'JPY', 'GBP', 'USD', 'KWD', 'USD', 'EUR', 'HUF', 'USD', 'USD'] as const

import { seedFor } from '../server/random.ts'
import { idText } from './id-text.ts'
import { slots } from './ledger/line-kinds.ts'
import { createStories, type LedgerSize, type Stories } from './ledger/story.ts'
import type { LineLinks } from './ledger/transaction.ts'
import type { IdentifiedName } from './names.ts'

export interface DatasetOptions extends LedgerSize {
  /** Exact numbers, by resource. */
  readonly counts: Readonly<Partial<Record<IdentifiedName | 'payers', number>>>
  /** The id of the merchant's account. */
  readonly merchant: string
}

/** A merchant's history whose objects agree with each other. Everything follows from the seed and the size. */
export interface Dataset extends LineLinks {
  readonly stories: Stories
  readonly seed: number
  /** The end of the generated history, in unix seconds. */
  readonly now: number
  readonly merchant: string
  count(name: IdentifiedName): number
  id(name: IdentifiedName, n: number): string
  /** How many subscriptions have payments. Those after them wait for an approval. */
  readonly payingSubscriptions: number
  /** The numbers of the lines that pay the n-th subscription, newest first. */
  paymentsOf(subscription: number): readonly number[]
}

export function createDataset(options: DatasetOptions): Dataset {
  const { counts, merchant, now, seed, transactions } = options
  const stories = createStories(options)
  const { spread } = stories
  const paying = Math.min(counts.subscriptions ?? Number.POSITIVE_INFINITY, spread === 0 ? 0 : Math.ceil(spread * 0.4))
  const numbers: Readonly<Record<IdentifiedName, number>> = {
    subscriptions: counts.subscriptions ?? paying + Math.ceil(paying / 10),
    plans: counts.plans ?? Math.max(4, Math.min(200, Math.floor(transactions / 40))),
    products: counts.products ?? Math.max(3, Math.min(60, Math.floor(transactions / 80))),
    invoices: counts.invoices ?? spread,
    disputes: counts.disputes ?? Math.floor(spread / 5),
  }
  const id = (name: IdentifiedName, n: number) => formats[name](seedFor(seed, `${name} ids`), n)

  return {
    stories,
    seed,
    now,
    merchant,
    payers: counts.payers ?? Math.max(1, Math.floor(transactions / 6)),
    count: (name) => numbers[name],
    id,
    payingSubscriptions: paying,
    subscriptionOf(n) {
      const { story, slot } = stories.placeOf(n)
      if (paying === 0) return undefined
      return id('subscriptions', (story * 2 + (slot === slots.subscription[1] ? 1 : 0)) % paying)
    },
    paymentsOf(subscription) {
      const lines: number[] = []
      for (let payment = subscription; payment < spread * 2; payment += paying) {
        const n = stories.numberOf(Math.floor(payment / 2), slots.subscription[payment % 2] ?? 0)
        if (n < transactions) lines.push(n)
      }
      return lines
    },
    invoiceOf(n) {
      const { story, slot } = stories.placeOf(n)
      if (slot !== slots.invoice || story >= Math.min(numbers.invoices, spread)) return undefined
      if (!isPaid(invoiceStatus(story))) return undefined
      return { id: id('invoices', story), number: invoiceNumber(story) }
    },
  }
}

export const invoiceNumber = (n: number) => `INV-${String(n).padStart(6, '0')}`
export const invoiceStatus = (n: number) => invoiceStatuses[n % invoiceStatuses.length] ?? 'PAID'
/** The payment of the invoice is in the ledger. */
export const isPaid = (status: string) => /^PAID$|REFUNDED/.test(status) && !status.startsWith('MARKED')

const invoiceStatuses = [
  'DRAFT',
  'PAID',
  'SENT',
  'PAID',
  'SCHEDULED',
  'MARKED_AS_PAID',
  'CANCELLED',
  'REFUNDED',
  'PARTIALLY_PAID',
  'PARTIALLY_REFUNDED',
  'MARKED_AS_REFUNDED',
  'UNPAID',
  'PAYMENT_PENDING',
] as const

const formats: Readonly<Record<IdentifiedName, (seed: number, n: number) => string>> = {
  subscriptions: (seed, n) => `I-${idText(seed, n, 12)}`,
  plans: (seed, n) => `P-${idText(seed, n, 24)}`,
  products: (seed, n) => `PROD-${idText(seed, n, 17)}`,
  invoices: (seed, n) => `INV2-${(idText(seed, n, 16).match(/.{4}/g) ?? []).join('-')}`,
  disputes: (seed, n) => `PP-R-${idText(seed, n, 3)}-${String(510_000_000 + n)}`,
}

import { day } from '../timestamps.ts'

/** How a line of the ledger is made. Twenty lines form a story: payments, and what happens to them. */
export interface LineKind {
  /** The event code of PayPal, which says what kind of movement it is. */
  readonly code: string
  /** Seconds after the beginning of the story. */
  readonly offset: number
  /** Money that comes in is 1. */
  readonly sign: 1 | -1
  /** The line whose amount it has, in full or in part. Absent: an amount of its own. */
  readonly amountOf?: { readonly slot: number; readonly share?: number }
  /** The earlier line whose transaction id it has too. */
  readonly sameIdAs?: number
  /** The line that it refers to by its transaction id. */
  readonly refersTo?: number
  readonly reference?: 'SUB' | 'ODR' | 'PAP'
  /** PayPal takes a fee. */
  readonly hasFee?: true
  /** There is no other party. */
  readonly isOwn?: true
  /** Begins as pending and is decided days later. */
  readonly isPending?: true
}

/** Where in a story the payment of a subscription, of an invoice and of a dispute is. */
export const slots = { subscription: [2, 12], invoice: 3, disputed: 1, payment: 0, pending: 15, reversed: 16 } as const

const inOrder = (slot: number) => slot * 37

/** One story. A line comes after those it refers to. */
export const lineKinds: readonly LineKind[] = [
  { code: 'T0006', offset: inOrder(0), sign: 1, hasFee: true },
  { code: 'T0000', offset: inOrder(1), sign: 1, hasFee: true },
  { code: 'T0002', offset: inOrder(2), sign: 1, hasFee: true, reference: 'SUB' },
  { code: 'T0007', offset: inOrder(3), sign: 1, hasFee: true },
  { code: 'T1107', offset: 2 * day, sign: -1, amountOf: { slot: 0 }, refersTo: 0 },
  // The fee that is given back: the id, the time and the reference of the refund, and another event code.
  { code: 'T1108', offset: 2 * day, sign: 1, amountOf: { slot: 0, share: 0.03 }, sameIdAs: 4, refersTo: 0 },
  { code: 'T1110', offset: 3 * day, sign: -1, amountOf: { slot: 1 }, sameIdAs: 1, refersTo: 1 },
  { code: 'T1111', offset: 20 * day, sign: 1, amountOf: { slot: 1 }, sameIdAs: 1, refersTo: 1 },
  { code: 'T0003', offset: inOrder(8), sign: 1, hasFee: true, reference: 'PAP' },
  // Moves no money: it is missing from a list of what affects the balance.
  { code: 'T1300', offset: inOrder(9), sign: 1, amountOf: { slot: 8 }, sameIdAs: 8, reference: 'ODR' },
  { code: 'T0001', offset: inOrder(10), sign: -1 },
  { code: 'T0006', offset: inOrder(11), sign: 1, hasFee: true, reference: 'ODR' },
  { code: 'T0002', offset: inOrder(12), sign: 1, hasFee: true, reference: 'SUB' },
  { code: 'T0400', offset: inOrder(13), sign: -1, isOwn: true },
  { code: 'T1107', offset: 5 * day, sign: -1, amountOf: { slot: 12, share: 1 / 3 }, refersTo: 12 },
  { code: 'T0006', offset: inOrder(15), sign: 1, hasFee: true, isPending: true },
  { code: 'T0006', offset: inOrder(16), sign: 1, hasFee: true },
  { code: 'T1106', offset: 8 * day, sign: -1, amountOf: { slot: 16 }, refersTo: 16 },
  // The two sides of a conversion have everything in common but the currency and the amount.
  { code: 'T0200', offset: inOrder(18), sign: -1, isOwn: true },
  { code: 'T0200', offset: inOrder(18), sign: 1, isOwn: true, sameIdAs: 18 },
]

export const storyLength = lineKinds.length

/** Authorizations and what is only displayed move no money, and neither does what was denied. */
export const affectsBalance = (code: string, status: string) => !/^T13|^T9800$/.test(code) && status !== 'D'

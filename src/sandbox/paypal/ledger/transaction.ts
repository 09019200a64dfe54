import { money } from '../money.ts'
import type { Fields } from '../paypal-object.ts'
import { reportingTime } from '../timestamps.ts'
import { slots, storyLength } from './line-kinds.ts'
import { type Payer, payerAt, payerInfo } from './payers.ts'
import { stateAt } from './states.ts'
import type { Stories } from './story.ts'

/** What the rest of the merchant's history says about a line. */
export interface LineLinks {
  /** The id of the subscription that a line pays. */
  subscriptionOf(n: number): string | undefined
  /** The invoice that a line pays. */
  invoiceOf(n: number): { readonly id: string; readonly number: string } | undefined
  /** How many payers there are. */
  readonly payers: number
}

export interface TransactionContext extends LineLinks {
  readonly stories: Stories
  readonly seed: number
}

/** A generated line with all of its fields, as it is at a moment in unix seconds. */
export function transactionAt(n: number, now: number, context: TransactionContext): Fields {
  const { stories, seed } = context
  const { kind } = stories.placeOf(n)
  const payer = kind.isOwn ? undefined : payerAt(seed, payerNumber(n, context))
  const invoice = context.invoiceOf(n)
  return {
    transaction_info: { ...(payer?.id ? { paypal_account_id: payer.id } : {}), ...infoOf(n, now, context) },
    payer_info: payer ? payerInfo(payer, n % 2 === 0) : { address_status: 'N', payer_name: {} },
    shipping_info: payer ? { name: asciiName(n) } : {},
    cart_info: invoice ? cartOf(n, context, invoice.number) : {},
    store_info: kind.code === 'T0007' ? { store_id: `STORE${n % 3}`, terminal_id: `T${n % 5}` } : {},
    auction_info: {},
    incentive_info: {},
  }
}

/** All lines of a subscription have one payer, and so have a payment and what happens to it. */
export function payerNumber(n: number, context: TransactionContext): number {
  const { stories, payers } = context
  const { story, slot, kind } = stories.placeOf(n)
  const parent = kind.refersTo ?? kind.sameIdAs
  if (parent !== undefined) return payerNumber(stories.numberOf(story, parent), context)
  const subscription = slots.subscription.some((paying) => paying === slot) ? context.subscriptionOf(n) : undefined
  if (subscription !== undefined) return payerOfSubscription(subscription, payers)
  return stories.draw(n, 'payer numbers') % Math.max(payers, 1)
}

/** The number of the payer who has a subscription. */
export function payerOfSubscription(id: string, payers: number): number {
  let hash = 7
  for (let at = 0; at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) >>> 0
  return hash % Math.max(payers, 1)
}

export const subscriptionPayer = (id: string, { seed, payers }: { seed: number; payers: number }): Payer =>
  payerAt(seed, payerOfSubscription(id, payers))

export const feeOf = (amount: number) => Math.max(1, Math.floor(amount * 0.03))

function infoOf(n: number, now: number, context: TransactionContext): Fields {
  const { stories } = context
  const { kind } = stories.placeOf(n)
  const [currency, amount, time] = [stories.currency(n), stories.amount(n), stories.time(n)]
  const { status, updated } = stateAt(n, now, stories)
  const invoice = context.invoiceOf(n)
  return {
    transaction_id: stories.transactionId(n),
    ...referenceOf(n, context),
    transaction_event_code: kind.code,
    transaction_initiation_date: reportingTime(time),
    transaction_updated_date: reportingTime(updated),
    transaction_amount: money(kind.sign * amount, currency),
    ...(kind.hasFee && status !== 'P' && status !== 'D' ? { fee_amount: money(-feeOf(amount), currency) } : {}),
    transaction_status: status,
    ...(n % 4 === 0 ? { transaction_subject: `Order ${n}` } : {}),
    ...(n % 9 === 0 ? { transaction_note: 'Please leave it at the door.' } : {}),
    ...(invoice ? { invoice_id: invoice.number } : n % 3 === 0 ? { invoice_id: `shop-${n}` } : {}),
    ...(n % 5 === 0 ? { custom_field: `custom ${n}` } : {}),
    protection_eligibility: n % 2 === 0 ? '01' : '02',
    ...(kind.code === 'T0400' ? { bank_reference_id: `BANK${n}` } : {}),
  }
}

function referenceOf(n: number, context: TransactionContext): Fields {
  const { stories } = context
  const { story, kind } = stories.placeOf(n)
  if (kind.refersTo !== undefined) {
    const parent = stories.numberOf(story, kind.refersTo)
    return { paypal_reference_id: stories.transactionId(parent), paypal_reference_id_type: 'TXN' }
  }
  if (kind.reference === 'SUB') {
    const id = context.subscriptionOf(n)
    return id === undefined ? {} : { paypal_reference_id: id, paypal_reference_id_type: 'SUB' }
  }
  if (kind.reference === undefined) return {}
  return { paypal_reference_id: `${kind.reference}${1e9 + n}`, paypal_reference_id_type: kind.reference }
}

function cartOf(n: number, { stories }: TransactionContext, invoiceNumber: string): Fields {
  const amount = money(stories.amount(n), stories.currency(n))
  const item = {
    item_name: 'Invoice',
    item_quantity: '1',
    item_unit_price: amount,
    item_amount: amount,
    total_item_amount: amount,
    invoice_number: invoiceNumber,
  }
  return { item_details: [item], tax_inclusive: false, paypal_invoice_id: invoiceNumber }
}

/** Names of recipients are plain letters by the specification. */
const asciiName = (n: number) => `Recipient ${n % storyLength}`

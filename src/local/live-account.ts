import { randomBytes } from 'node:crypto'
import { createEventSigner } from '../sandbox/paypal/events/signature.ts'
import type { Sandbox as PayPalSandbox } from '../sandbox/paypal/sandbox.ts'
import { transactionSteps } from '../sandbox/paypal/simulate/transaction-steps.ts'
import type { Hear, ProviderEvent } from '../sandbox/server/announcements.ts'
import { signedHeaders as signedByShopify } from '../sandbox/shopify/events/signature.ts'
import type { Sandbox as ShopifySandbox } from '../sandbox/shopify/sandbox.ts'
import { signedHeaders as signedBySquare } from '../sandbox/square/events/signature.ts'
import type { Sandbox as SquareSandbox } from '../sandbox/square/sandbox.ts'
import { signedHeaders as signedByStripe } from '../sandbox/stripe/events/signature.ts'
import type { Sandbox as StripeSandbox } from '../sandbox/stripe/index.ts'
import { destination, type Envelope, endpoint } from './envelopes.ts'

/** The account of a sandbox that changes by itself and sends events. */
export interface LiveAccount {
  /** Makes one change, now. False if it fitted nothing. */
  change(): boolean
  /** Calls `hear` with each event from now on. */
  onEvent(hear: Hear): () => void
  /** The headers with which the provider sends an event to the endpoint. */
  sign(event: ProviderEvent): Readonly<Record<string, string>>
  /** What its events say of their origin: the keys in `event_routes`. */
  readonly routes: readonly string[]
  /** What is signed with the body, for `event_routes`. */
  readonly signedFor: string | null
  /** The certificates that its events are signed with. Absent: it signs with a secret. */
  readonly certificates?: { readonly root: string; readonly url: string; readonly chain: string }
}

interface LiveFacts {
  /** How its events can arrive. The usual way is the first. */
  readonly envelopes: readonly Envelope[]
  /** Resources of which the sandbox's events tell every change. Jobs read the others. */
  readonly resources: readonly string[]
}

/** The sandboxes that can change by themselves. */
export const liveFacts: Readonly<Record<string, LiveFacts>> = {
  // No event tells of a balance transaction, nor of a payment of an invoice before it is paid.
  stripe: {
    envelopes: ['eventbridge', 'webhook', 'receiver', 'eventgrid', 'sns'],
    resources: [
      'customers',
      'products',
      'prices',
      'coupons',
      'promotion_codes',
      'tax_rates',
      'subscriptions',
      'subscription_schedules',
      'invoices',
      'invoice_items',
      'payments',
      'payment_intents',
      'refunds',
      'disputes',
      'credit_notes',
      'payouts',
    ],
  },
  // Square tells that its catalog has changed, and not what in it.
  square: {
    envelopes: ['receiver', 'webhook'],
    resources: ['customers', 'payments', 'refunds', 'orders', 'subscriptions', 'invoices', 'disputes', 'payouts'],
  },
  // Payments are rows of a report, which shows them hours later. The list of products shows less than a request by id.
  paypal: {
    envelopes: ['receiver', 'webhook'],
    resources: ['subscriptions', 'prices', 'invoices', 'disputes'],
  },
  // Shopify tells of an attempt to bill when it has ended, and of a payout not at all.
  shopify: {
    envelopes: ['eventbridge', 'receiver', 'webhook', 'sns'],
    resources: ['customers', 'orders', 'products', 'disputes', 'selling_plan_groups', 'subscriptions'],
  },
}

/** A signing secret that nothing but this process knows. */
export const newSecret = () => `whsec_${randomBytes(24).toString('hex')}`

export function liveStripe(sandbox: StripeSandbox, secret: string): LiveAccount {
  const step = sandbox.steps()
  return {
    change: () => step() !== undefined,
    onEvent: sandbox.onEvent,
    sign: ({ body, headers }) => ({ ...headers, ...signedByStripe(body, secret, sandbox.now()) }),
    routes: [`${destination} live`, `stripe/${endpoint} live`],
    signedFor: null,
  }
}

/** Where Square is told that the endpoint is. It signs the address. */
const squareUrl = `https://hooks.example.com/events/square/${endpoint}`

export function liveSquare(sandbox: SquareSandbox, key: string): LiveAccount {
  const without = [
    ...['plan is renamed', 'variation is added', 'variation is renamed', 'variation is deleted'],
    // The time of such a change lies in the past, and no list by time of change shows it.
    'sale comes late and keeps its time of change',
  ]
  const step = sandbox.steps({ without })
  return {
    change: () => step() !== undefined,
    onEvent: sandbox.onEvent,
    sign: ({ body, headers }) => ({ ...headers, ...signedBySquare(body, key, squareUrl) }),
    routes: [`square ${sandbox.merchant}`],
    signedFor: squareUrl,
  }
}

const payPalWebhook = '8PT597110X687430LKGECATA'

export function livePayPal(sandbox: PayPalSandbox): LiveAccount {
  const { signedHeaders, root, certificateUrl: url, chain } = createEventSigner()
  const without = [
    // PayPal tells of no deleted draft.
    'draft is deleted',
    ...['product is added', 'product is renamed'],
    ...Object.keys(transactionSteps),
  ]
  const step = sandbox.steps({ without })
  return {
    change: () => step() !== undefined,
    onEvent: sandbox.onEvent,
    sign: ({ body, headers }) => ({ ...headers, ...signedHeaders(body, payPalWebhook, Date.now()) }),
    routes: [`paypal/${endpoint}`],
    signedFor: payPalWebhook,
    certificates: { root, url, chain },
  }
}

export function liveShopify(sandbox: ShopifySandbox, clientSecret: string): LiveAccount {
  const without = [
    'order shows in lists minutes later',
    // The prices of a product have its state in a column and not in their payload: they stay as they were.
    'product is archived',
  ]
  const step = sandbox.steps({ without })
  return {
    change: () => step() !== undefined,
    onEvent: sandbox.onEvent,
    sign: ({ body, headers }) => ({ ...headers, ...signedByShopify(body, clientSecret) }),
    routes: [sandbox.domain],
    signedFor: null,
  }
}

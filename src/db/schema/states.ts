import { sql } from 'drizzle-orm'
import { check, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

/** The common words for the status of an object, by the kind of the object. */
export const vocabulary = {
  subscription: ['pending', 'trialing', 'active', 'past_due', 'paused', 'unpaid', 'canceled', 'ended', 'never'],
  invoice: ['draft', 'open', 'paid', 'void', 'uncollectible', 'refunded'],
  order: ['draft', 'open', 'paid', 'void', 'refunded'],
  payment: ['pending', 'succeeded', 'failed', 'canceled', 'reversed'],
  refund: ['pending', 'succeeded', 'failed', 'canceled', 'reversed'],
  payout: ['pending', 'succeeded', 'failed', 'canceled', 'reversed'],
  dispute: ['needs_response', 'under_review', 'won', 'lost', 'closed'],
  balance: ['charged', 'refunded', 'disputed', 'fees'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type StateKind = keyof typeof vocabulary

const quoted = (word: string) => `'${word}'`
const isKnown = Object.entries(vocabulary)
  .map(([kind, words]) => `(kind = ${quoted(kind)} and state in (${words.map(quoted).join(', ')}))`)
  .join(' or ')

/** What each status word of a provider means in words that all providers share. A status without a row is not known. Holds no data of tenants. */
export const states = pgTable(
  'states',
  {
    /** Name of the provider, as in the column provider of other tables. */
    provider: text('provider').notNull(),
    /** Kind of the object: subscription, invoice, order, payment, refund, payout, dispute or balance. */
    kind: text('kind').notNull(),
    /** Word of the provider, as in the column status of the object's table. Of balance transactions it is the reporting category or the type. */
    status: text('status').notNull(),
    /** Common word. Subscription: pending, trialing, active, past_due, paused, unpaid, canceled, ended, or never if it never began. Invoice and order: draft, open, paid, void, uncollectible or refunded, in whole or in part. Payment, refund and payout: pending, succeeded, failed, canceled or reversed. Dispute: needs_response, under_review, won, lost or closed. Balance, by the reporting category or type of a balance transaction: charged, refunded, disputed or fees. */
    state: text('state').notNull(),
  },
  (row) => [primaryKey({ columns: [row.provider, row.kind, row.status] }), check('states_known', sql.raw(isKnown))],
)

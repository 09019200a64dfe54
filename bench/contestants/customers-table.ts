import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { bigint, boolean, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import pg from 'pg'
import type Stripe from 'stripe'

/** The table one would write for the straightforward design: an id, some typed columns, the payload. */
export const customers = pgTable('customers', {
  id: text('id').primaryKey(),
  email: text('email'),
  name: text('name'),
  phone: text('phone'),
  currency: text('currency'),
  balance: bigint('balance', { mode: 'number' }),
  delinquent: boolean('delinquent'),
  metadata: jsonb('metadata'),
  createdAt: timestamp('created_at', { withTimezone: true }),
  raw: jsonb('raw').notNull(),
  syncedAt: timestamp('synced_at', { withTimezone: true }).notNull().defaultNow(),
})

export async function openTable(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl })
  const db = drizzle(pool)
  await db.execute(sql`
    create table if not exists customers (
      id text primary key, email text, name text, phone text, currency text, balance bigint, delinquent boolean,
      metadata jsonb, created_at timestamptz, raw jsonb not null, synced_at timestamptz not null default now()
    )`)
  return { upsert: (items: readonly Stripe.Customer[]) => upsert(db, items), close: () => pool.end() }
}

async function upsert(db: ReturnType<typeof drizzle>, items: readonly Stripe.Customer[]): Promise<void> {
  if (items.length === 0) return
  const { id: _id, syncedAt: _syncedAt, ...columns } = customers
  const replaced = Object.entries(columns).flatMap(([key, column]) =>
    'name' in column ? [[key, sql.raw(`excluded."${column.name}"`)]] : [],
  )
  await db
    .insert(customers)
    .values(items.map(rowOf))
    .onConflictDoUpdate({ target: customers.id, set: { ...Object.fromEntries(replaced), syncedAt: sql`now()` } })
}

const rowOf = (item: Stripe.Customer) => ({
  id: item.id,
  email: item.email,
  name: item.name ?? null,
  phone: item.phone ?? null,
  currency: item.currency ?? null,
  balance: item.balance,
  delinquent: item.delinquent ?? null,
  metadata: item.metadata,
  createdAt: new Date(item.created * 1_000),
  raw: item,
})

import { deployedEnvironment } from '../deployed.ts'
import type { Open } from './contestant.ts'

/** A contestant as the report and the check know it. */
export interface Contestant {
  readonly name: string
  /** In the report. */
  readonly label: string
  /** The package whose version is stated; null: the worker itself. */
  readonly package: string | null
  /** What is in its database before it starts. */
  readonly database: 'empty' | 'worker'
  /** Its table of customers, with schema. */
  readonly table: string
  /** Selects id and revision of every customer in it. */
  readonly revisions: string
  /** The contestant whose habits it has: the same code at another speed. */
  readonly habitsOf?: string
  /** What its users give its process. */
  readonly environment?: () => Readonly<Record<string, string>>
  readonly load: () => Promise<{ readonly open: Open }>
}

const ofStripeSchema = (revision: string) => ({
  database: 'empty' as const,
  table: 'stripe.customers',
  revisions: `select id, ${revision} as revision from stripe.customers`,
})

const ofOwnTable = {
  database: 'empty',
  table: 'public.customers',
  revisions: `select id, raw->'metadata'->>'revision' as revision from customers`,
} as const

export const contestants: readonly Contestant[] = [
  {
    name: 'worker',
    label: 'this worker',
    package: null,
    ...ofOwnTable,
    database: 'worker',
    environment: deployedEnvironment,
    load: () => import('./worker.ts'),
  },
  {
    name: 'pages',
    label: 'stripe-node pages, one Drizzle upsert a page',
    package: 'drizzle-orm',
    ...ofOwnTable,
    load: () => import('./pages.ts'),
  },
  {
    name: 'rows',
    label: 'stripe-node auto-paging, one Drizzle upsert a row',
    package: 'drizzle-orm',
    ...ofOwnTable,
    load: () => import('./rows.ts'),
  },
  {
    name: 'sync-engine',
    label: '@stripe/sync-engine, 100 rps',
    package: '@stripe/sync-engine',
    ...ofStripeSchema(`_raw_data->'metadata'->>'revision'`),
    load: () => import('./sync-engine.ts'),
  },
  {
    name: 'sync-engine-cli',
    label: '@stripe/sync-engine, CLI defaults',
    package: '@stripe/sync-engine',
    ...ofStripeSchema(`_raw_data->'metadata'->>'revision'`),
    habitsOf: 'sync-engine',
    load: () => import('./sync-engine-cli.ts'),
  },
  {
    name: 'supabase',
    label: '@supabase/stripe-sync-engine',
    package: '@supabase/stripe-sync-engine',
    ...ofStripeSchema(`metadata->>'revision'`),
    load: () => import('./supabase.ts'),
  },
  {
    name: 'replit',
    label: 'stripe-replit-sync',
    package: 'stripe-replit-sync',
    ...ofStripeSchema(`_raw_data->'metadata'->>'revision'`),
    load: () => import('./replit.ts'),
  },
]

export const worker = byName('worker')

export function byName(name: string): Contestant {
  const match = contestants.find((contestant) => contestant.name === name)
  if (!match)
    throw new Error(
      `bench: no contestant ${name}; there are ${contestants.map((contestant) => contestant.name).join(', ')}`,
    )
  return match
}

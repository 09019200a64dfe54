import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { States } from '../src/provider/states.ts'
import { states as paypal, balances as paypalBalances } from '../src/providers/paypal/states.ts'
import { states as shopify, balances as shopifyBalances } from '../src/providers/shopify/states.ts'
import { states as square, balances as squareBalances } from '../src/providers/square/states.ts'
import { states as stripe, balances as stripeBalances } from '../src/providers/stripe/states.ts'

/*
 * The rows of the table `states`. A migration inserts each row, and inserts it again after a change:
 *
 *   npx drizzle-kit generate --custom --name <name>
 *   node --import tsx scripts/states.ts >> drizzle/<number>_<name>.sql
 */

const providers: Readonly<Record<string, States>> = {
  stripe: { ...stripe, balance: stripeBalances },
  square: { ...square, balance: squareBalances },
  paypal: { ...paypal, balance: paypalBalances },
  shopify: { ...shopify, balance: shopifyBalances },
}

export interface StateRow {
  readonly provider: string
  readonly kind: string
  readonly status: string
  readonly state: string
}

/** What the providers' files say, in their order. */
export const wantedStates: readonly StateRow[] = Object.entries(providers).flatMap(([provider, kinds]) =>
  Object.entries(kinds).flatMap(([kind, words]) =>
    Object.entries(words).map(([status, state]) => ({ provider, kind, status, state })),
  ),
)

/** The statement that the migrations lack; empty if they lack nothing. */
export function missingStates(): string {
  const stated = statedStates()
  const missing = wantedStates.filter((row) => stated.get(keyOf(row)) !== row.state)
  if (missing.length === 0) return ''
  const rows = missing.map(({ provider, kind, status, state }) => `('${provider}', '${kind}', '${status}', '${state}')`)
  return `INSERT INTO "states" ("provider", "kind", "status", "state") VALUES
${rows.map((row) => `\t${row}`).join(',\n')}
ON CONFLICT ("provider", "kind", "status") DO UPDATE SET "state" = excluded."state";`
}

const keyOf = ({ provider, kind, status }: Omit<StateRow, 'state'>) => `${provider} ${kind} ${status}`

/** What the migrations say; the last of each counts. */
function statedStates(): ReadonlyMap<string, string> {
  const files = readdirSync('drizzle').filter((name) => name.endsWith('.sql'))
  const migrations = files.toSorted().map((name) => readFileSync(`drizzle/${name}`, 'utf8'))
  const inserts = migrations.join('\n').matchAll(/^INSERT INTO "states" [^;]*;/gm)
  const rows = [...inserts].flatMap(([text]) => [...text.matchAll(/\('(\w+)', '(\w+)', '(\w+)', '(\w+)'\)/g)])
  return new Map(
    rows.map(([, provider = '', kind = '', status = '', state = '']) => [keyOf({ provider, kind, status }), state]),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(missingStates())

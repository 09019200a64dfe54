import { getTableName, type SQL, sql } from 'drizzle-orm'
import { type AccountKey, everyAccount } from '../db/account-key.ts'
import { ofResource } from '../db/live.ts'
import type { Database } from '../db/open.ts'
import {
  customers,
  erasureRequests,
  mrrChanges,
  mrrHistory,
  subscriptions,
  syncRejects,
  unlistedRows,
} from '../db/schema.ts'
import type { ErasedCustomer } from './customer.ts'
import type { ErasureDeps, Portion } from './pass.ts'
import { passOver } from './pass-over.ts'
import { hashOf } from './tombstones.ts'

/** Transactions of one tenant that read, and where rows go. */
export interface ExportDeps extends Omit<ErasureDeps, 'dryRun'> {
  /** Gets rows as JSON, as Postgres writes them: no number is rounded. Waits until there is room for more. */
  write(table: string, rows: readonly string[]): Promise<void>
}

/** A payload may have a megabyte. */
const rowsAtOnce = 500

type KeyedId = Readonly<Record<'account' | 'id', string>>

/**
 * Exports all that is stored of a customer: each row that an erasure of the customer would remove, found in the same way.
 * Rows are read in portions, a transaction each, and only ids are kept in memory. What is written meanwhile may be in it
 * or not. Returns how many rows, by table.
 */
export async function exportCustomer(
  deps: ExportDeps,
  { customer, objects = [], ownership, ...account }: ErasedCustomer,
): Promise<ReadonlyMap<string, number>> {
  const hash = (id: string) => hashOf(account, id)
  const counts = new Map<string, number>()
  /** Rows of customers and subscriptions, with which Postgres removes their history. */
  const people: KeyedId[] = []
  const subscribed: KeyedId[] = []
  const writeFrom = async (table: string, statement: SQL) => {
    const rows = await deps.within((tx) => asJson(tx, statement))
    if (rows.length > 0) await deps.write(table, rows)
    counts.set(table, (counts.get(table) ?? 0) + rows.length)
  }
  const onFound = async (portion: Portion) => {
    if (portion.kind === 'rejects') return writeFrom('sync_rejects', rejectsOf(account, portion.rejects))
    const { table, rows } = portion
    if (table === customers) people.push(...rows)
    if (table === subscriptions) subscribed.push(...rows)
    for (let at = 0; at < rows.length; at += rowsAtOnce) {
      const chunk = rows.slice(at, at + rowsAtOnce)
      await writeFrom(getTableName(table), rowsOf(account, table, chunk))
      await writeFrom('unlisted_rows', notesOf(account, chunk))
    }
  }
  // Another customer who was erased is not looked for: this erasure knows no tombstones.
  const pass = {
    ...deps,
    dryRun: true,
    account,
    ownership,
    hash,
    erased: new Set([customer, ...objects].map(hash)),
    onFound,
  }
  for (const counted = new Set<string>(); await passOver({ ...pass, counted, count: () => {} }); );
  const history = historyOf(account, { people, subscribed })
  await writeFrom('mrr_history', sql`select row_to_json(row)::text as json ${history}`)
  await writeFrom('mrr_changes', changesOf(account, history))
  await writeFrom('erasure_requests', requestsOf(account, customer))
  return new Map([...counts].filter(([, rows]) => rows > 0))
}

async function asJson(tx: Database, statement: SQL): Promise<readonly string[]> {
  return (await tx.execute<{ json: string }>(statement)).rows.map(({ json }) => json)
}

const given = (keys: readonly Readonly<Record<string, unknown>>[], names: string) =>
  sql`jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as given(${sql.raw(names)})`

function rowsOf(
  { tenantId, provider }: AccountKey,
  table: (Portion & { kind: 'rows' })['table'],
  rows: readonly KeyedId[],
) {
  return sql`
    select row_to_json(row)::text as json from ${given(rows.map(keyOf), 'account text, resource text, id text')}
    cross join lateral (select stored.* from ${table} as stored where stored.tenant_id = ${tenantId}::uuid
      and stored.provider = ${provider} and stored.account = given.account and stored.id = given.id offset 0) as row
    where true ${ofResource(table, sql`given.resource`)}`
}

const keyOf = ({ account, id, resource }: KeyedId & { readonly resource?: string }) => ({ account, id, resource })

const notesOf = ({ tenantId, provider }: AccountKey, rows: readonly KeyedId[]) => sql`
  select row_to_json(row)::text as json from ${unlistedRows} as row join ${given(rows.map(keyOf), 'account text, id text')}
    on row.account = given.account and row.id = given.id
  where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider}`

const rejectsOf = ({ tenantId, provider }: AccountKey, rejects: (Portion & { kind: 'rejects' })['rejects']) => sql`
  select row_to_json(row)::text as json from ${syncRejects} as row
  join ${given(
    rejects.map(({ account, resource, itemKey }) => ({ account, resource, item_key: itemKey })),
    'account text, resource text, item_key text',
  )} on row.account = given.account and row.resource = given.resource and row.item_key = given.item_key
  where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider}`

/** `from mrr_history as row where …` */
function historyOf(
  { tenantId, provider }: AccountKey,
  { people, subscribed }: Readonly<Record<'people' | 'subscribed', readonly KeyedId[]>>,
): SQL {
  const isAmong = (keys: readonly KeyedId[], column: SQL) => sql`(row.account, ${column}) in (
    select given.account, given.id from ${given(keys.map(keyOf), 'account text, id text')})`
  return sql`from ${mrrHistory} as row where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider}
    and (${isAmong(people, sql`row.customer_id`)} or ${isAmong(subscribed, sql`row.subscription_id`)})`
}

/** As keep_mrr_changes() names the customer of a change. */
const changesOf = ({ tenantId, provider }: AccountKey, history: SQL) => sql`
  select row_to_json(change)::text as json from ${mrrChanges} as change
  where change.tenant_id = ${tenantId}::uuid and change.provider = ${provider} and (change.account, change.customer_id) in (
    select row.account, coalesce(row.customer_id, row.subscription_id, row.item_id) ${history})`

const requestsOf = ({ tenantId, provider, account }: AccountKey, customer: string) => sql`
  select row_to_json(row)::text as json from ${erasureRequests} as row
  where row.tenant_id = ${tenantId}::uuid and row.provider = ${provider} and row.customer = ${customer}
    and ${account === everyAccount ? sql`true` : sql`row.account = ${account}`}`

import { and, asc, eq, getTableColumns, inArray, isNull, sql } from 'drizzle-orm'
import { type AccountKey, everyAccount } from '../db/account-key.ts'
import type { Database, TenantDatabase } from '../db/open.ts'
import { customers, erasureRequests } from '../db/schema.ts'
import type { ErasureDeps } from './pass.ts'
import { hashOf } from './tombstones.ts'

export type ErasureRequest = Omit<typeof erasureRequests.$inferSelect, 'claimedBy'>
export type RequestKind = ErasureRequest['kind']

/** A request and the process that carries it out. No other process does until `claimSeconds` after its last transaction. */
export interface Claim extends Pick<ErasureRequest, 'tenantId' | 'id'> {
  readonly process: string
}

/** A transaction has 30 s for a statement. */
const claimSeconds = 120

const { claimedBy: _, ...columns } = getTableColumns(erasureRequests)

/** Open requests of these kinds, those first that are due first. Access of the tick sees all tenants. */
export function findOpenRequests(
  { within }: Pick<TenantDatabase, 'within'>,
  { tenantId, kinds }: { readonly tenantId: string | undefined; readonly kinds: readonly RequestKind[] },
): Promise<readonly ErasureRequest[]> {
  const { tenantId: tenant, kind, doneAt, dueAt, id } = erasureRequests
  return within((tx) =>
    tx
      .select(columns)
      .from(erasureRequests)
      .where(and(isNull(doneAt), inArray(kind, [...kinds]), tenantId === undefined ? undefined : eq(tenant, tenantId)))
      .orderBy(asc(dueAt), asc(id)),
  )
}

/** Whether the request is this process's now. It is not if it was carried out meanwhile, or another process has it. */
export async function claimRequest(tx: Database, { tenantId, id, process }: Claim): Promise<boolean> {
  const { rowCount } = await tx.execute(sql`
    update ${erasureRequests} as request set claimed_by = ${process}::uuid, claimed_until = ${later}
    where request.tenant_id = ${tenantId}::uuid and request.id in (
      select free.id from ${erasureRequests} as free where free.tenant_id = ${tenantId}::uuid and free.id = ${id}::uuid
        and done_at is null and (claimed_until is null or claimed_until < now() or claimed_by = ${process}::uuid)
      for update skip locked)`)
  return rowCount === 1
}

const later = sql`now() + make_interval(secs => ${claimSeconds})`

const isMine = ({ tenantId, id, process }: Claim) => sql`
  tenant_id = ${tenantId}::uuid and id = ${id}::uuid and done_at is null and claimed_by = ${process}::uuid`

/** Each transaction moves the claim on, and fails if another process has taken the request over. */
export function withinClaim(deps: ErasureDeps, claim: Claim): ErasureDeps {
  return {
    ...deps,
    async within(work) {
      const worked = await deps.within(async (tx) => {
        const { rowCount } = await tx.execute(
          sql`update ${erasureRequests} set claimed_until = ${later} where ${isMine(claim)}`,
        )
        return rowCount === 1 ? { result: await work(tx) } : null
      })
      if (worked === null) throw new Error(takenOver)
      return worked.result
    },
  }
}

/** What is said of a request that is another process's now. */
export const takenOver = 'Another process has taken the request over and carries it out.'

/** Notes that the request was carried out; false if another process has taken it over. An erasure leaves the hash of the customer's id, by which it can be proved. */
export async function settleRequest(
  tx: Database,
  claim: Claim,
  { request, rows }: { readonly request: ErasureRequest; readonly rows: ReadonlyMap<string, number> },
): Promise<boolean> {
  const { kind, customer, objects } = request
  const isErased = kind === 'erase-customer'
  const kept = isErased && customer !== null ? hashOf(request, customer) : customer
  const keptObjects = isErased ? objects.map((id) => hashOf(request, id)) : objects
  const { rowCount } = await tx.execute(sql`
    update ${erasureRequests} set done_at = now(), rows = ${JSON.stringify(Object.fromEntries(rows))}::jsonb, customer = ${kept}, objects = ${JSON.stringify(keptObjects)}::jsonb,
      failed_at = null, failed_because = null, claimed_by = null, claimed_until = null
    where ${isMine(claim)}`)
  return rowCount === 1
}

/** Notes why the request was not carried out. It stays open, and anybody may try again at once. */
export async function failRequest(tx: Database, claim: Claim, because: string): Promise<void> {
  await tx.execute(sql`
    update ${erasureRequests} set failed_at = now(), failed_because = ${because.slice(0, 2_000)},
      claimed_by = null, claimed_until = null
    where ${isMine(claim)}`)
}

/** Whether a customer whose erasure is asked for is to be exported first. */
export async function hasOpenExport(
  tx: Database,
  { tenantId, provider, account, customer }: ErasureRequest,
): Promise<boolean> {
  const { rows } = await tx.execute<{ open: boolean }>(sql`
    select exists (select from ${erasureRequests} where tenant_id = ${tenantId}::uuid and provider = ${provider}
      and account = ${account} and kind = 'export-customer' and done_at is null
      and (${customer}::text is null or customer = ${customer})) as open`)
  return rows[0]?.open ?? false
}

/** Ids of all that a request is about besides its customer: the objects that it names, and customers of its address. */
export const objectsOf = async (
  tx: Database,
  { customer, objects, ...account }: Pick<ErasureRequest, keyof AccountKey | 'customer' | 'objects'>,
): Promise<readonly string[]> => [...objects, ...(await findByAddress(tx, account, customer ?? ''))]

/** The ids of customers with an address, where a request names no id but `email:` and the address. */
async function findByAddress(tx: Database, account: AccountKey, customer: string): Promise<readonly string[]> {
  if (!customer.startsWith('email:')) return []
  const { rows } = await tx.execute<{ id: string }>(sql`
    select id from ${customers} where tenant_id = ${account.tenantId}::uuid and provider = ${account.provider}
      and account = ${account.account} and lower(email) = ${customer.slice('email:'.length)} order by id`)
  return rows.map(({ id }) => id)
}

/** Requests that were carried out keep the hash of an erased customer's id in place of the id. */
export async function forgetCustomerOfRequests(tx: Database, account: AccountKey, customer: string): Promise<void> {
  const { tenantId, provider, account: name } = account
  await tx.execute(sql`
    update ${erasureRequests} set customer = ${hashOf(account, customer)}, objects = '[]'
    where tenant_id = ${tenantId}::uuid and provider = ${provider} and customer = ${customer} and done_at is not null
      and ${name === everyAccount ? sql`true` : sql`account = ${name}`}`)
}

/** The same for all customers of an account that was erased. */
export async function forgetCustomersOfRequests(tx: Database, account: AccountKey): Promise<void> {
  const { tenantId, provider, account: name } = account
  const { rows } = await tx.execute<{ customer: string }>(sql`
    select distinct customer from ${erasureRequests} where tenant_id = ${tenantId}::uuid and provider = ${provider}
      and account = ${name} and done_at is not null and customer !~ '^[A-Za-z0-9_-]{43}$'`)
  for (const { customer } of rows) await forgetCustomerOfRequests(tx, account, customer)
}

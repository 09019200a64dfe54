import { randomUUID } from 'node:crypto'
import { customers } from '../../src/db/schema.ts'
import { openTestDatabase } from '../support/database.ts'

export const tenantId = randomUUID()
export const key = { tenantId, provider: 'stripe', account: 'acct_1' }
export const jobId = randomUUID()
export const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000)
export const list = { ...key, jobId, resource: { name: 'customers', table: customers } }

/** Rows beside those that are meant: each differs in one column of the key. */
export const foreign = [{ tenantId: randomUUID() }, { provider: 'paypal' }, { account: 'acct_2' }]

interface Row {
  readonly id: string
  readonly created?: number
  readonly observed?: number
  readonly deleted?: boolean
  readonly invoice?: string
}

export async function open(rows: readonly Row[] = []) {
  const { tenant, query } = await openTestDatabase()
  const db = tenant(tenantId)
  const write = async (written: readonly Row[], table = 'customers', changed: Partial<typeof key> = {}) => {
    const { tenantId: owner, provider, account } = { ...key, ...changed }
    for (const { id, created = 100, observed = 5, deleted = false, invoice } of written)
      await query(
        `insert into ${table} (tenant_id, provider, account, id, raw, created_at, observed_at, deleted_at, synced_at${invoice ? ', invoice_id' : ''})
         values ($1, $2, $3, $4, '{}', to_timestamp($5), $6, $7, $6${invoice ? ', $8' : ''})`,
        [
          owner,
          provider,
          account,
          id,
          created,
          at(observed),
          deleted ? at(observed) : null,
          ...(invoice ? [invoice] : []),
        ],
      )
  }
  await write(rows)
  return {
    db,
    query,
    write,
    notes: async () =>
      (
        await query<{ id: string; part: string; noted_at: Date; asked: boolean }>(
          'select id, part, noted_at, asked_job_id is not null as asked from unlisted_rows where tenant_id = $1 order by id, part',
          [tenantId],
        )
      ).map(({ id, part, noted_at, asked: isAsked }) => [
        part === '' ? id : `${id} in ${part}`,
        (Number(noted_at) - Number(at(0))) / 1_000,
        ...(isAsked ? ['asked'] : []),
      ]),
    /** A note as the worker leaves it, with one column changed. */
    note: (id: string, changed: Readonly<Record<string, unknown>> = {}) => {
      const columns = {
        tenant_id: tenantId,
        provider: 'stripe',
        account: 'acct_1',
        resource: 'customers',
        part: '',
        id,
        job_id: jobId,
        noted_at: at(10),
        ...changed,
      }
      const places = Object.keys(columns).map((_, place) => `$${place + 1}`)
      return query(
        `insert into unlisted_rows (${Object.keys(columns).join()}) values (${places.join()})`,
        Object.values(columns),
      )
    },
  }
}

/** Notes that are not about the list's rows: each differs in one column. */
export const otherNotes = [
  { tenant_id: randomUUID() },
  { provider: 'paypal' },
  { account: 'acct_2' },
  { resource: 'invoices' },
] as const

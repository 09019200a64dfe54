import { expect, test } from 'vitest'
import { eraseCustomer } from '../../src/erasure/customer.ts'
import { exportCustomer } from '../../src/erasure/export.ts'
import { hashOf, placeTombstones } from '../../src/erasure/tombstones.ts'
import { allTables, prominentCustomer } from './about-customer.ts'
import { openErasure } from './erasure-setup.ts'

type Parts = Awaited<ReturnType<typeof openErasure>>

/** Every row as `TABLE JSON`. Jobs, and what an erasure adds, are not rows of a customer. */
async function everyRow({ query }: Pick<Parts, 'query'>): Promise<ReadonlySet<string>> {
  const all: string[] = []
  for (const table of await allTables(query)) {
    // Sums over customers are nobody's, and Postgres computes them again.
    if (/^erased_|^sync_jobs$|^mrr_month_sums$/.test(table)) continue
    const rows = await query<{ json: string }>(`select row_to_json(row)::text as json from "${table}" as row`)
    all.push(...rows.map(({ json }) => `${table} ${json}`))
  }
  return new Set(all)
}

async function exportOf({ deps, account, database, tenantId }: Parts, customer: string, portion?: number) {
  const lines: string[] = []
  const rows = await exportCustomer(
    {
      within: (work) => database.tenant(tenantId).read(work),
      ...(portion === undefined ? { portion: deps.portion ?? 5_000 } : { portion }),
      write: async (table, rows) => void lines.push(...rows.map((json) => `${table} ${json}`)),
    },
    { ...account, customer },
  )
  return { lines, rows: Object.fromEntries(rows) }
}

test('an export holds each row that the erasure of the customer removes or changes, once, and no other', async () => {
  const parts = await openErasure()
  const { sandbox, query, sync, account, deps, tenantId } = parts
  const person = prominentCustomer(sandbox)
  await sync(['*'])
  await query(
    `insert into sync_rejects (tenant_id, provider, account, resource, item_key, job_id, code, reason, payload)
     values ($1, 'stripe', 'acct_sandbox', 'charges', 'ch_never', gen_random_uuid(), 'x', 'x', $2)`,
    [tenantId, JSON.stringify({ id: 'ch_never', customer: person.id })],
  )
  await query(
    `insert into unlisted_rows (tenant_id, provider, account, resource, id, part, job_id, noted_at)
     values ($1, 'stripe', 'acct_sandbox', 'customers', $2, '', gen_random_uuid(), now())`,
    [tenantId, person.id],
  )
  await query(
    `insert into erasure_requests (id, tenant_id, provider, account, kind, customer, due_at, done_at, rows)
     values (gen_random_uuid(), $1, 'stripe', 'acct_sandbox', 'export-customer', $2, now(), now(), '{}')`,
    [tenantId, person.id],
  )
  await query(`update customers set raw = jsonb_set(raw, '{big}', '820982911946154508') where id = $1`, [person.id])
  const before = await everyRow(parts)
  const { lines, rows } = await exportOf(parts, person.id)
  expect(await exportOf(parts, person.id, 7)).toMatchObject({ rows })
  await eraseCustomer(deps, { ...account, customer: person.id })
  const after = await everyRow(parts)
  const gone = [...before].filter((row) => !after.has(row)).toSorted()
  expect(lines.toSorted()).toEqual(gone)
  expect(Object.keys(rows)).toEqual(
    expect.arrayContaining([
      'invoices',
      'mrr_history',
      'mrr_changes',
      'sync_rejects',
      'unlisted_rows',
      'erasure_requests',
    ]),
  )
  expect(gone.length).toBeGreaterThan(50)
  expect(lines.find((line) => line.startsWith('customers'))).toContain('"big": 820982911946154508')
  expect((await exportOf(parts, person.id)).lines).toEqual([])
})

test('an export has no row of another customer whose erasure is not finished', async () => {
  const parts = await openErasure()
  const { sandbox, sync, account, deps } = parts
  await sync(['customers', 'invoices'])
  const [first, second] = sandbox.expected('customers')
  await deps.within((tx) => placeTombstones(tx, account, [hashOf(account, second!.id)]))
  const { lines } = await exportOf(parts, first!.id)
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.filter((line) => line.includes(second!.id))).toEqual([])
})

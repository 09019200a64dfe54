import { expect, test } from 'vitest'
import { differing, openVerified } from './verify-setup.ts'

const billing = ['prices', 'subscriptions', 'invoices']

test('an object that changed since the last sync is no difference, and one whose change was lost is', async () => {
  const { sync, verify, sandbox } = await openVerified(['customers'], {
    sandbox: { now: Date.UTC(2026, 9, 1) / 1_000 },
  })
  await sync()
  sandbox.advance(600)
  const [announced, lost] = sandbox.expected('customers')
  sandbox.update('customers', announced!.id, { name: 'announced' })
  sandbox.insert('customers')
  sandbox.remove('customers', sandbox.expected('customers')[5]!.id)
  expect(differing(await verify())).toEqual({})
  sandbox.update('customers', lost!.id, { name: 'lost' }, { silent: true })
  expect(differing(await verify())).toEqual({
    customers: { missing: 0, changed: 1, extra: 0, unchecked: 0, examples: [`${lost!.id} (name, raw)`] },
  })
})

test('rows that lists do not show and the provider still has are hidden, and equal unless their content differs', async () => {
  const { sync, verify, sandbox, query } = await openVerified(['customers'])
  await sync()
  const [first, second] = sandbox.expected('customers')
  const hidden = new Set([first!.id, second!.id])
  sandbox.fail({
    kind: 'items',
    path: /^\/v1\/customers\?/,
    items: (all) => all.filter(({ id }) => !hidden.has(String(id))),
  })
  expect((await verify()).customers).toMatchObject({
    listed: 18,
    live: 20,
    missing: 0,
    extra: 0,
    hidden: 2,
    unchecked: 0,
  })
  await query(`update customers set email = 'other' where id = $1`, [second!.id])
  expect((await verify()).customers).toMatchObject({ changed: 1, examples: [`${second!.id} (email)`] })
})

test('more rows than are asked for by id are unchecked, and that is not equal', async () => {
  const { sync, verify, sandbox } = await openVerified(['customers'], { sandbox: { customers: 600 } })
  await sync()
  sandbox.fail({ kind: 'items', path: /^\/v1\/customers\?/, items: (all) => all.slice(-1) })
  const compared = await verify()
  const listed = compared.customers?.listed ?? 0
  expect(compared.customers).toMatchObject({ live: 600, extra: 0, hidden: 500, unchecked: 100 - listed })
  expect(Object.keys(differing(compared))).toEqual(['customers'])
})

/** Statements that plant a wrong row in a nested list; `needsForce` says which job repairs it. */
const nestedRows: Readonly<
  Record<string, { readonly statement: string; readonly differences: object; readonly needsForce: boolean }>
> = {
  'a row of another parent': {
    statement: `update invoice_lines set invoice_id = (select max(id) from invoices) where id = (select min(id) from invoice_lines)`,
    differences: { changed: 1, extra: 0, missing: 0 },
    needsForce: true,
  },
  'a row too many of a parent that is listed': {
    statement: `insert into invoice_lines select (jsonb_populate_record(row, '{"id": "il_extra"}')).* from invoice_lines as row order by id limit 1`,
    differences: { changed: 0, extra: 1, missing: 0 },
    needsForce: false,
  },
  'a row of a parent that the provider does not have': {
    statement: `insert into invoice_lines select (jsonb_populate_record(row, '{"id": "il_extra", "invoice_id": "in_none"}')).* from invoice_lines as row order by id limit 1`,
    differences: { changed: 0, extra: 1, missing: 0 },
    needsForce: true,
  },
  'a row without a parent': {
    statement: `insert into invoice_lines select (jsonb_populate_record(row, '{"id": "il_extra", "invoice_id": null}')).* from invoice_lines as row order by id limit 1`,
    differences: { changed: 0, extra: 1, missing: 0 },
    needsForce: true,
  },
}
test.each(Object.entries(nestedRows))(
  'of a nested list, verify finds %s',
  async (_, { statement, differences, needsForce }) => {
    const { sync, verify, query } = await openVerified(billing)
    await sync()
    expect(differing(await verify())).toEqual({})
    await query(statement)
    const compared = await verify()
    expect(Object.keys(differing(compared))).toEqual(['invoice_lines'])
    expect(compared.invoice_lines).toMatchObject({ ...differences, needForce: needsForce ? 1 : 0 })
    await sync(needsForce ? { force_refresh: true } : {})
    expect(differing(await verify())).toEqual({})
  },
)

test('a price that only other objects embed is compared as well, and force_refresh repairs it', async () => {
  const { sync, verify, query } = await openVerified(billing)
  await sync()
  await query(`update prices set currency = 'xxx' where id = (select min(id) from prices where inline)`)
  const compared = await verify()
  expect(Object.keys(differing(compared))).toEqual(['prices'])
  expect(compared.prices).toMatchObject({ changed: 1, needForce: 1 })
  await sync({ force_refresh: true })
  expect(differing(await verify())).toEqual({})
})

test('a row that claims to be from the future is found whatever it is, and force_refresh repairs it', async () => {
  const { sync, verify, query, sandbox } = await openVerified(['customers'])
  await sync()
  const [changed, gone] = sandbox.expected('customers')
  await query(`update customers set observed_at = now() + interval '30 days', name = 'planted' where id = $1`, [
    changed!.id,
  ])
  await query(`update customers set observed_at = now() + interval '30 days' where id = $1`, [gone!.id])
  sandbox.remove('customers', gone!.id, { silent: true })
  expect((await verify()).customers).toMatchObject({ changed: 1, extra: 1, needForce: 2 })
  await sync({ force_refresh: true })
  expect(differing(await verify())).toEqual({})
})

test('a row whose creation time is wrong or missing is found', async () => {
  const { sync, verify, query, sandbox } = await openVerified(['customers'])
  await sync()
  const [undated, moved] = sandbox.expected('customers')
  await query(`update customers set created_at = null where id = $1`, [undated!.id])
  await query(`update customers set created_at = created_at - interval '90 days' where id = $1`, [moved!.id])
  const { customers } = await verify()
  expect(customers).toMatchObject({ changed: 2, missing: 0, extra: 0, hidden: 0, unchecked: 0 })
  await sync({ force_refresh: true })
  expect(differing(await verify())).toEqual({})
})

test('an item that could not be stored is counted as rejected, and is no difference', async () => {
  const { sync, verify, sandbox, query } = await openVerified(['customers'])
  const [refused] = sandbox.expected('customers')
  await query(`alter table customers add constraint planted check (id <> '${refused!.id}')`)
  await sync()
  expect(differing(await verify())).toEqual({})
  expect((await verify()).customers).toMatchObject({ listed: 20, live: 19, missing: 0, rejected: 1 })
})

test('neither verify nor a job looks at the rows of another account of the tenant, not even a forced job', async () => {
  const { sync, verify, query, sandbox } = await openVerified([...billing, 'payment_methods'])
  await sync()
  const tables = ['prices', 'invoices', 'invoice_lines', 'subscriptions', 'provider_objects']
  for (const table of tables)
    await query(`insert into ${table} select (jsonb_populate_record(row, jsonb_build_object(
      'id', row.id || 'other', 'account', 'acct_other', 'observed_at', '2020-01-01T00:00:00Z', 'synced_at', '2020-01-01T00:00:00Z'))).* from ${table} as row`)
  const others = () =>
    Promise.all(
      tables.map((table) =>
        query(`select to_jsonb(row) as row from ${table} as row where account = 'acct_other' order by id`),
      ),
    )
  const before = await others()
  expect(differing(await verify())).toEqual({})
  const gone = sandbox.expected('invoices')[4]!.id
  sandbox.remove('invoices', gone, { silent: true })
  expect(Object.keys(differing(await verify()))).toEqual(['invoices', 'invoice_lines'])
  const results = [await sync(), await sync({ force_refresh: true })]
  expect(results.map(({ resources }) => resources.invoices?.deleted)).toEqual([1, 0])
  for (const { resources } of results)
    for (const [name, { proof, kept, unchecked }] of Object.entries(resources))
      expect({ name, equal: proof?.equal, kept, unchecked }).toEqual({ name, equal: true, kept: 0 })
  expect(await others()).toEqual(before)
  expect(differing(await verify())).toEqual({})
})

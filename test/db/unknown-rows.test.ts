import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers, providerObjects } from '../../src/db/schema.ts'
import { removeUnknown } from '../../src/db/unknown-rows.ts'
import { openTestDatabase } from '../support/database.ts'

const tenantId = randomUUID()
const key = { tenantId, provider: 'stripe', account: 'acct_1' }

interface Row {
  readonly tenantId?: string
  readonly provider?: string
  readonly account: string
  readonly id: string
  readonly livemode?: boolean
  readonly resource?: string
}

async function open(table: 'customers' | 'provider_objects', rows: readonly Row[]) {
  const { tenant, query } = await openTestDatabase()
  for (const { id, account, livemode, resource, ...rest } of rows) {
    const owned = { ...key, ...rest }
    await query(
      `insert into ${table} (tenant_id, provider, account, id, raw, observed_at${resource ? ', resource' : ''})
       values ($1, $2, $3, $4, $5, now()${resource ? ', $6' : ''})`,
      [
        owned.tenantId,
        owned.provider,
        account,
        id,
        livemode === undefined ? {} : { livemode },
        ...(resource ? [resource] : []),
      ],
    )
  }
  return {
    remove: (ids: readonly string[], name: string = table) =>
      tenant(tenantId).within((tx) =>
        removeUnknown(tx, {
          ...key,
          resource: { name, table: table === 'customers' ? customers : providerObjects } as never,
          rows: ids.map((id) => ({ row: { id } })),
        }),
      ),
    left: async () =>
      (
        await query(
          `select account, id${table === 'customers' ? '' : ', resource'} from ${table} where tenant_id = $1 order by id, account`,
          [tenantId],
        )
      ).map(({ account, id, resource }) => [account, id, resource].filter((value) => value !== undefined).join(' ')),
    count: async () => (await query(`select count(*)::int as n from ${table}`))[0]?.n,
  }
}

test('a row without an account goes once the account has stored its object in the same mode', async () => {
  const { remove, left } = await open('customers', [
    { account: 'unknown', id: 'cus_live', livemode: true },
    { account: 'acct_1', id: 'cus_live', livemode: true },
    { account: 'unknown', id: 'cus_test', livemode: false },
    { account: 'acct_1', id: 'cus_test', livemode: true },
    { account: 'unknown', id: 'cus_none' },
    { account: 'acct_1', id: 'cus_none' },
    { account: 'unknown', id: 'cus_not_stored', livemode: true },
    { account: 'unknown', id: 'cus_not_asked', livemode: true },
    { account: 'acct_1', id: 'cus_not_asked', livemode: true },
  ])
  await remove(['cus_live', 'cus_test', 'cus_none', 'cus_not_stored'])
  expect(await left()).toEqual([
    'acct_1 cus_live',
    'acct_1 cus_none',
    'acct_1 cus_not_asked',
    'unknown cus_not_asked',
    'unknown cus_not_stored',
    'acct_1 cus_test',
    'unknown cus_test',
  ])
})

test.each([{ provider: 'paypal' }, { account: 'acct_2' }, { tenantId: randomUUID() }])(
  'what is stored elsewhere does not stand for the account’s own: %o',
  async (elsewhere) => {
    const { remove, count } = await open('customers', [
      { account: 'unknown', id: 'cus_1' },
      { account: 'acct_1', id: 'cus_1', ...elsewhere },
    ])
    await remove(['cus_1'])
    expect(await count()).toBe(2)
  },
)

test.each([{ provider: 'paypal' }, { account: 'acct_2' }])(
  'only a row of this provider without an account goes: %o',
  async (changed) => {
    const { remove, count } = await open('customers', [
      { account: 'unknown', id: 'cus_1', ...changed },
      { account: 'acct_1', id: 'cus_1' },
    ])
    await remove(['cus_1'])
    expect(await count()).toBe(2)
  },
)

test('in the table of all kinds of objects a row goes only for one of its kind', async () => {
  const { remove, left } = await open('provider_objects', [
    { account: 'unknown', id: 'x_1', resource: 'files' },
    { account: 'unknown', id: 'x_1', resource: 'reviews' },
    { account: 'acct_1', id: 'x_1', resource: 'files' },
  ])
  await remove(['x_1'], 'files')
  expect(await left()).toEqual(['acct_1 x_1 files', 'unknown x_1 reviews'])
})

import { randomUUID } from 'node:crypto'
import { getTableColumns } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { describe, expect, test } from 'vitest'
import { missingComments } from '../../scripts/comments.ts'
import { providers } from '../../scripts/docs/providers.ts'
import type { SyncedTable } from '../../src/db/schema.ts'
import type { StampedRow } from '../../src/db/stamped-row.ts'
import { columnsOf, syncedTables } from '../../src/db/synced-tables.ts'
import { keyOf, upsert } from '../../src/db/upsert.ts'
import type { Nested } from '../../src/provider/contract.ts'
import { openTestDatabase } from '../support/database.ts'

const tables = [...syncedTables].map(([name, table]) => ({ name, table }))
const resources = providers.flatMap((provider) => provider.resources)
const nestedLists = resources.flatMap(({ nested = [] }) => nested as readonly Nested[])
const listed = new Set(resources.map(({ table }) => getTableConfig(table).name))

test('the tables are those that something is read into', () => {
  const nested = nestedLists.map(({ table }) => getTableConfig(table).name)
  expect([...new Set([...listed, ...nested])].toSorted()).toEqual([...syncedTables.keys()])
})

test('the comments in Postgres are the docstrings of the tables', async () => {
  expect(missingComments()).toEqual([])
  const { query } = await openTestDatabase()
  const about = `select obj_description('prices'::regclass) as on_table, col_description('prices'::regclass,
    (select attnum from pg_attribute where attrelid = 'prices'::regclass and attname = 'inline')) as on_column`
  expect(await query(about)).toEqual([
    {
      on_table: 'Prices of products: active, archived and inline prices.',
      on_column:
        'True if the price was made for a single subscription or invoice. The provider does not list such a price.',
    },
  ])
  for (const name of syncedTables.keys())
    expect(await query(`select obj_description($1::regclass) is not null as said`, [name]), name).toEqual([
      { said: true },
    ])
})

test('every table forgets the hash of a payload that somebody writes without it', async () => {
  const { query } = await openTestDatabase()
  const triggers = await query<{ name: string }>(
    `select tgrelid::regclass::text as name from pg_trigger where tgname = 'forget_raw_sha256' order by 1`,
  )
  expect(triggers.map(({ name }) => name)).toEqual([...syncedTables.keys()].toSorted())
})

test('nothing is a float, in any column', async () => {
  const { query } = await openTestDatabase()
  const types = await query<{ type: string }>(
    `select distinct data_type as type from information_schema.columns where table_name = any($1) order by 1`,
    [[...syncedTables.keys()]],
  )
  expect(types.map(({ type }) => type)).toEqual([
    'bigint',
    'boolean',
    'bytea',
    'jsonb',
    'numeric',
    'smallint',
    'text',
    'timestamp with time zone',
    'uuid',
  ])
})

describe.each(tables)('$name', ({ name, table }) => {
  test('has the key and the columns that all have', () => {
    const key = ['tenant_id', 'provider', 'account', ...(name === 'provider_objects' ? ['resource'] : []), 'id']
    expect(getTableConfig(table).primaryKeys.map(({ columns }) => columns.map((column) => column.name))).toEqual([key])
    expect(keyOf(table)).toEqual(key.slice(3))
    expect(columnsOf(table)).toEqual(
      expect.arrayContaining([
        ...key,
        'created_at',
        'updated_at',
        'deleted_at',
        'raw',
        'raw_sha256',
        'observed_at',
        'synced_at',
        'mapping_version',
      ]),
    )
  })

  test('is found by what it is swept by: creation where it is listed, its parent where it is nested', () => {
    const indexed = getTableConfig(table).indexes.map(({ config }) =>
      config.columns.map((column) => 'name' in column && column.name),
    )
    const parent = nestedLists.find((list) => list.table === table)?.parent ?? ''
    const last = listed.has(name) ? 'created_at' : getTableColumns(table)[parent as 'id']?.name
    expect(indexed).toContainEqual(['tenant_id', last, ...(name === 'provider_objects' ? ['resource'] : [])])
    // The planner would take it for the key: see synced.ts.
    expect(indexed.filter((columns) => columns.includes('provider'))).toEqual([])
  })

  test('takes a value in every column, tells what is new from what changed, and leaves alone what did not', async () => {
    const { db, query } = await openTestDatabase()
    const tenantId = randomUUID()
    const write = (rows: readonly StampedRow[], force = false) =>
      upsert(db, {
        table,
        tenantId,
        provider: 'stripe',
        account: 'acct_1',
        rows,
        overwrite: force ? { kind: 'from the future' } : null,
      })
    const row = (id: string, version = 1, at = version): StampedRow => ({
      row: { ...filled(table), id },
      raw: { id, version },
      observedAt: new Date(at * 1_000),
    })
    expect(await write([row('b'), row('a', 1, 1), row('a', 2, 2)])).toEqual({ created: 2, updated: 0 })
    expect(await write([row('b', 1, 5), row('a', 3, 3), row('c')])).toEqual({ created: 1, updated: 1 })
    expect(await write([row('a', 4, 2)], true)).toEqual({ created: 0, updated: 0 })
    const stored = await query(`select * from ${name} order by id`)
    expect(stored.map(({ id, raw }) => [id, raw])).toEqual([
      ['a', { id: 'a', version: 3 }],
      ['b', { id: 'b', version: 1 }],
      ['c', { id: 'c', version: 1 }],
    ])
    expect(
      stored.map(({ deleted_at: _, raw_sha256: __, ...rest }) =>
        Object.entries(rest).filter(([, value]) => value === null),
      ),
    ).toEqual([[], [], []])
  })
})

/** A value for every column of the provider's, by its type. */
function filled(table: SyncedTable): Record<string, unknown> {
  const values: Readonly<Record<string, unknown>> = {
    text: 'text',
    boolean: true,
    bigint: Number.MAX_SAFE_INTEGER,
    numeric: '-12345678901234567890.123456789012',
    'timestamp with time zone': new Date(253_402_300_799_000),
    jsonb: { key: ['value'] },
  }
  const stamped = ['tenantId', 'provider', 'raw', 'rawSha256', 'deletedAt', 'observedAt', 'syncedAt']
  const columns = Object.entries(getTableColumns(table)).filter(([name]) => !stamped.includes(name))
  return Object.fromEntries(columns.map(([name, column]) => [name, values[column.getSQLType()]]))
}

test('an object is told apart by its resource too, in the table and in one statement', async () => {
  const { db, query } = await openTestDatabase()
  const table = syncedTables.get('provider_objects')!
  const row = (resource: string, id: string, version: number): StampedRow => ({
    row: { resource, id, object: null, livemode: null, createdAt: null },
    raw: version,
    observedAt: new Date(version * 1_000),
  })
  const write = (...rows: StampedRow[]) =>
    upsert(db, { table, tenantId: randomUUID(), provider: 'stripe', account: 'acct_1', rows })
  expect(await write(row('plans', 'x', 1), row('quotes', 'x', 3), row('plans', 'x', 2))).toEqual({
    created: 2,
    updated: 0,
  })
  expect(await query('select resource, id, raw from provider_objects order by resource')).toEqual([
    { resource: 'plans', id: 'x', raw: 2 },
    { resource: 'quotes', id: 'x', raw: 3 },
  ])
})

describe('a price', () => {
  const price = (inline: boolean, observed: number, raw: unknown = {}): StampedRow => ({
    row: { id: 'price_1', inline },
    raw,
    observedAt: new Date(observed * 1_000),
  })
  const foundPrice = (observed: number, raw?: unknown) => price(true, observed, raw)
  const listedAt = (observed: number, raw?: unknown) => price(false, observed, raw)

  test.each<[string, readonly (readonly StampedRow[])[], boolean]>([
    ['only ever found on items is inline', [[foundPrice(1)], [foundPrice(2)]], true],
    ['listed after it was found is not', [[foundPrice(1)], [listedAt(2)]], false],
    ['found after it was listed is not', [[listedAt(1)], [foundPrice(2)], [foundPrice(3, { changed: true })]], false],
    ['found and listed at once is not', [[foundPrice(1), listedAt(1)]], false],
    ['listed and found at once is not', [[listedAt(1), foundPrice(2)]], false],
  ])('%s', async (_, writes, inline) => {
    const { db, query } = await openTestDatabase()
    const tenantId = randomUUID()
    const table = syncedTables.get('prices')!
    for (const rows of writes) await upsert(db, { table, tenantId, provider: 'stripe', account: 'acct_1', rows })
    expect(await query('select inline from prices')).toEqual([{ inline }])
  })
})

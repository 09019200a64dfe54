import { getTableConfig } from 'drizzle-orm/pg-core'
import { expect, test } from 'vitest'
import { hasResource } from '../../src/db/live.ts'
import type { SyncedTable } from '../../src/db/schema.ts'
import type { Comparison } from '../../src/verify/compare.ts'
import { type Planted, plantedKinds } from './planted-kinds.ts'
import { differing, openVerified } from './verify-setup.ts'

/*
 * A difference is planted in one row of every table and every list by name. verify must find each, and the job that it
 * names must repair it.
 */

interface Place {
  readonly name: string
  readonly table: SyncedTable
}

const kinds: Readonly<Record<string, Planted>> = {
  'a changed column': {
    kind: 'changed',
    statement(table, columns) {
      const number = ['quantity', 'amount', 'amount_total'].find((name) => columns.includes(name))
      const change = columns.includes('livemode')
        ? 'livemode = coalesce(not livemode, true)'
        : columns.includes('currency_options')
          ? `currency_options = coalesce(currency_options, '{}') || '{"xxx": 1}'`
          : columns.includes('coupon_id')
            ? `coupon_id = coalesce(coupon_id, '') || 'x'`
            : `${number} = coalesce(${number}, 0) + 1`
      return `update ${table} set ${change} where id = $1`
    },
  },
  ...plantedKinds('extra'),
}

test.each(Object.entries(kinds))(
  'verify finds %s in every resource, and the job that it names repairs it',
  async (_, planted) => {
    const { sync, verify, query, tenantId, provider } = await openVerified(['*'])
    await sync()
    const clean = await verify()
    expect(differing(clean)).toEqual({})
    const places = provider.resources.flatMap((resource): Place[] => [resource, ...(resource.nested ?? [])])
    const filled: string[] = []
    for (const { name, table } of places) {
      const config = getTableConfig(table)
      const rows = await query<{ id: string }>(
        `select id from ${config.name} where tenant_id = $1 ${hasResource(table) ? `and resource = '${name}'` : ''}
         and deleted_at is null ${'inline' in table ? 'and not inline' : ''} order by id limit 1`,
        [tenantId],
      )
      if (!rows[0]) continue
      filled.push(name)
      await query(
        planted.statement(
          config.name,
          config.columns.map((column) => column.name),
        ),
        [rows[0].id],
      )
    }
    expect(filled.length).toBeGreaterThan(0)
    const compared = await verify()
    const expected = { missing: 0, changed: 0, extra: 0, unchecked: 0, [planted.kind]: 1 }
    const differences = Object.values(compared).map(({ resource, missing, changed, extra, unchecked }) => ({
      resource,
      missing,
      changed,
      extra,
      unchecked,
    }))
    expect(differences.filter(({ resource }) => filled.includes(resource))).toEqual(
      differences
        .filter(({ resource }) => filled.includes(resource))
        .map(({ resource }) => ({ resource, ...expected })),
    )
    await sync(needsForce(compared) ? { force_refresh: true } : {})
    expect(differing(await verify())).toEqual({})
  },
)

const needsForce = (compared: Readonly<Record<string, Comparison>>) =>
  Object.values(compared).some(({ needForce }) => needForce > 0)

test('verify names every column that has not its value from the payload, in every table', async () => {
  const { sync, verify, query, tenantId, provider } = await openVerified(['*'])
  await sync()
  const stamps = ['deleted_at', 'observed_at', 'synced_at', 'raw', 'raw_sha256']
  const planted: Record<string, readonly string[]> = {}
  for (const { name, table } of provider.resources.flatMap((resource): Place[] => [
    resource,
    ...(resource.nested ?? []),
  ])) {
    const { name: tableName, columns } = getTableConfig(table)
    const candidates = `from ${tableName} where tenant_id = $1 and deleted_at is null
      ${hasResource(table) ? `and resource = '${name}'` : ''} ${'inline' in table ? 'and not inline' : ''} order by id limit 1`
    const [row] = await query(`select * ${candidates}`, [tenantId])
    if (!row) continue
    const names = columns
      .filter(({ notNull, name: column }) => !notNull && !stamps.includes(column) && row[column] !== null)
      .map((column) => column.name)
    planted[name] = names.toSorted()
    await query(
      `update ${tableName} set ${names.map((column) => `${column} = null`).join()} where tenant_id = $1 and id = $2`,
      [tenantId, row.id],
    )
  }
  const named = Object.entries(await verify())
    .filter(([name]) => name in planted)
    .map(([name, { examples }]) => [
      name,
      /\((.*)\)/
        .exec(examples[0] ?? '')?.[1]
        ?.split(', ')
        .toSorted(),
    ])
  expect(Object.fromEntries(named)).toEqual(planted)
})

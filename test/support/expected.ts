import { expect } from 'vitest'
import type { Sandbox } from '../../src/sandbox/stripe/index.ts'
import { nestedTables, tables } from '../faults/tables.ts'
import type { setup } from './setup.ts'

type Query = Awaited<ReturnType<typeof setup>>['query']

/** Every live row of every table is the provider's object, and every object has its row; the same for nested lists. */
export async function expectCopy(query: Query, sandbox: Sandbox, tenantId: string): Promise<void> {
  for (const [table, name] of Object.entries(tables)) {
    const rows = await query<{ id: string; raw: unknown }>(
      `select id, raw from ${table} where tenant_id = $1 and deleted_at is null`,
      [tenantId],
    )
    const expected = new Map(sandbox.expected(name, true).map((object) => [object.id, object]))
    expect({ table, ids: rows.map(({ id }) => id).sort() }).toEqual({ table, ids: [...expected.keys()].sort() })
    const differing = rows.filter(({ id, raw }) => !sameJson(raw, expected.get(id)))
    expect({ table, differing: differing.slice(0, 1).map((row) => [row.raw, expected.get(row.id)]) }).toEqual({
      table,
      differing: [],
    })
  }
  for (const [table, { parent, name }] of Object.entries(nestedTables)) {
    const rows = await query<{ key: string; raw: unknown }>(
      `select ${parent} || ' ' || id as key, raw from ${table} where tenant_id = $1 and deleted_at is null`,
      [tenantId],
    )
    const expected = new Map(sandbox.expectedNested(name, true).map(({ parent: id, row }) => [`${id} ${row.id}`, row]))
    expect({ table, keys: rows.map(({ key }) => key).sort() }).toEqual({ table, keys: [...expected.keys()].sort() })
    const differing = rows.filter(({ key, raw }) => !sameJson(raw, expected.get(key)))
    expect({ table, differing: differing.slice(0, 1).map((row) => [row.raw, expected.get(row.key)]) }).toEqual({
      table,
      differing: [],
    })
  }
}

/** Compares as jsonb does, which keeps neither the order of keys nor undefined. */
function sameJson(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(JSON.parse(JSON.stringify(right ?? null)))
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

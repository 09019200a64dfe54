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
    const truth = new Map(sandbox.truth(name, true).map((object) => [object.id, object]))
    expect({ table, ids: rows.map(({ id }) => id).sort() }).toEqual({ table, ids: [...truth.keys()].sort() })
    const differing = rows.filter(({ id, raw }) => !sameJson(raw, truth.get(id)))
    expect({ table, differing: differing.slice(0, 1).map((row) => [row.raw, truth.get(row.id)]) }).toEqual({
      table,
      differing: [],
    })
  }
  for (const [table, { parent, name }] of Object.entries(nestedTables)) {
    const rows = await query<{ key: string }>(
      `select ${parent} || ' ' || id as key from ${table} where tenant_id = $1 and deleted_at is null`,
      [tenantId],
    )
    const truth = sandbox.truthNested(name, true).map((one) => `${one.parent} ${one.row.id}`)
    expect({ table, keys: rows.map(({ key }) => key).sort() }).toEqual({ table, keys: truth.sort() })
  }
}

/** jsonb keeps neither the order of keys nor undefined. */
function sameJson(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(JSON.parse(JSON.stringify(other ?? null)))
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}

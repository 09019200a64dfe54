import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { invoiceLines, invoices } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { askForParents } from '../../src/job/orphans.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { id } from '../../src/provider/fields.ts'
import { openTestDatabase } from '../support/database.ts'

const observedAt = new Date(1_000_000)
const signal = new AbortController().signal

/** Parents by what the provider answers for their ids: refused, gone, or still there. */
async function open(parentIds: readonly (string | null)[]) {
  const { query, tenant } = await openTestDatabase()
  const accountKey = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  for (const parentId of parentIds)
    await query(
      `insert into invoice_lines (tenant_id, provider, account, id, invoice_id, raw, observed_at)
        values ($1, 'stripe', 'acct_1', $2, $3, '{}', now())`,
      [accountKey.tenantId, `il_${parentId}`, parentId],
    )
  const requested: string[] = []
  const source = {
    kind: 'list',
    name: 'invoices',
    table: invoices,
    row: (item: Item) => ({ id: id(item.value()) }),
    nested: [{ name: 'invoice_lines', table: invoiceLines, parent: 'invoiceId' }],
    async retrieve(parentId: string) {
      requested.push(parentId)
      if (parentId.startsWith('refused'))
        throw new SyncError('reject', 'permission_denied', 'x: may not read this object', { scope: 'object' })
      return { item: parentId.startsWith('gone') ? null : Item.of({ id: parentId }), observedAt }
    },
  } as unknown as ListSource
  const absence = {
    db: tenant(accountKey.tenantId),
    clock: systemClock,
    accountKey,
    jobId: randomUUID(),
    overwrite: { kind: 'stored before', since: new Date(Date.now() + 60_000) } as const,
    noted: new Set<string>(),
    refusedParents: new Set<string>(),
  }
  const ask = () => askForParents(source, { batch: { pages: [], remaining: {} }, atMost: 500 }, absence, signal)
  return { ask, requested }
}

test('only a parent that the provider shows counts as kept: a refused one has no row', async () => {
  const { ask } = await open(['gone', 'refused', 'there'])
  expect(await ask()).toMatchObject({
    resources: [{ kept: ['there'], unlisted: [], isFinished: false }],
    rows: [{ resource: 'invoices', row: { id: 'there' } }],
    childSets: [{ resource: 'invoice_lines', parentId: 'gone', ids: [] }],
    lookups: 3,
  })
})

test('a refused parent is asked for once, and those after it are asked for as well', async () => {
  const refused = Array.from({ length: 16 }, (_, at) => `refused_${at}`)
  const { ask, requested } = await open([...refused, 'zzz'])
  expect(await ask()).toMatchObject({ resources: [], rows: [], childSets: [], lookups: 16 })
  expect(await ask()).toMatchObject({ resources: [{ kept: ['zzz'] }], lookups: 1 })
  expect(requested.toSorted()).toEqual([...refused, 'zzz'].toSorted())
})

test('refused parents alone end the questions', async () => {
  const { ask, requested } = await open(['refused'])
  expect(await ask()).toMatchObject({ resources: [], lookups: 1 })
  expect(await ask()).toBeNull()
  expect(requested).toEqual(['refused'])
})

test('a line that names no invoice is in no list, and the notes of its list go on', async () => {
  const { ask, requested } = await open([null, 'there'])
  expect(await ask()).toMatchObject({
    resources: [{ resource: { name: 'invoice_lines' }, unlisted: [{ id: 'il_null' }], kept: [], isFinished: false }],
    rows: [],
  })
  expect(requested).toEqual([])
})

import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers, invoiceLines, invoices, taxRates } from '../../../src/db/schema.ts'
import { upsert } from '../../../src/db/upsert.ts'
import { checkCounts } from '../../../src/job/commit/reconcile.ts'
import { openTestDatabase } from '../../support/database.ts'

/*
 * Which rows a count check counts: of the account alone, created within what the list covers, and the children of these.
 */

const key = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
const until = 1_000
const begin = 500

interface Row {
  readonly id: string
  /** The second of its creation; null if the provider does not say. */
  readonly created: number | null
  readonly invoiceId?: string
}

interface Counted {
  readonly name: string
  readonly table: unknown
  readonly createdFilter?: object
  readonly nested?: readonly { readonly name: string }[]
}

async function open() {
  const { db } = await openTestDatabase()
  return {
    db,
    write: (table: unknown, rows: readonly Row[], changed: Partial<typeof key> = {}) =>
      upsert(db, {
        ...key,
        ...changed,
        table,
        rows: rows.map(({ id, created, invoiceId }) => ({
          row: { id, createdAt: created === null ? null : new Date(created * 1_000), ...(invoiceId && { invoiceId }) },
          raw: { id },
          observedAt: new Date(0),
        })),
        overwrite: null,
      } as never),
    live: async (source: Counted, history: Readonly<Record<string, number>> = {}) => {
      const { name, nested = [] } = source
      const tally = { listed: 0, until, months: {} }
      const tallies = Object.fromEntries([name, ...nested.map((list) => list.name)].map((list) => [list, tally]))
      const checks = await checkCounts(db, {
        ...key,
        sources: [{ kind: 'list', ...source }],
        tallies,
        history,
        counts: {},
      } as never)
      return Object.fromEntries(Object.entries(checks).map(([list, check]) => [list, check.live]))
    },
  }
}

const byTime = { name: 'customers', table: customers, createdFilter: { field: 'created' } }

test('a row counts if it was created by the time the list was read, in its second too', async () => {
  const { write, live } = await open()
  await write(customers, [
    { id: 'cus_1', created: until },
    { id: 'cus_2', created: until + 1 },
    { id: 'cus_3', created: null },
  ])
  expect(await live(byTime)).toEqual({ customers: 1 })
})

test('a row counts wherever in the second it was created, where the provider’s times have milliseconds', async () => {
  const { write, live } = await open()
  const within = { id: 'in_1', created: until + 0.999 }
  await write(invoices, [within, { id: 'in_2', created: until + 1 }])
  await write(invoiceLines, [line('il_1', 'in_1'), line('il_2', 'in_2')])
  expect(await live(lists)).toEqual({ invoices: 1, invoice_lines: 1 })
})

test('in a list without a time filter a row counts, too, if the provider does not say when it was created', async () => {
  const { write, live } = await open()
  await write(taxRates, [
    { id: 'txr_1', created: until },
    { id: 'txr_2', created: until + 1 },
    { id: 'txr_3', created: null },
    { id: 'txr_4', created: null },
  ])
  expect(await live({ name: 'tax_rates', table: taxRates })).toEqual({ tax_rates: 3 })
})

test('where the provider’s list goes back only so far, older rows do not count', async () => {
  const { write, live } = await open()
  await write(customers, [
    { id: 'cus_1', created: begin - 1 },
    { id: 'cus_2', created: begin },
    { id: 'cus_3', created: until },
  ])
  expect(await live(byTime, { customers: begin })).toEqual({ customers: 2 })
})

const lists = {
  name: 'invoices',
  table: invoices,
  createdFilter: { field: 'created' },
  nested: [{ name: 'invoice_lines', table: invoiceLines, parent: 'invoiceId' }],
}
const line = (id: string, invoiceId: string): Row => ({ id, created: null, invoiceId })

test('a row in a nested list counts as its parent does, and where the parent is not stored', async () => {
  const { write, live } = await open()
  await write(invoices, [
    { id: 'in_before', created: begin - 1 },
    { id: 'in_first', created: begin },
    { id: 'in_last', created: until },
    { id: 'in_after', created: until + 1 },
  ])
  await write(invoiceLines, [
    line('il_1', 'in_before'),
    line('il_2', 'in_first'),
    line('il_3', 'in_first'),
    line('il_4', 'in_last'),
    line('il_5', 'in_after'),
    line('il_6', 'in_missing'),
  ])
  expect(await live(lists)).toEqual({ invoices: 3, invoice_lines: 5 })
  expect(await live(lists, { invoices: begin })).toEqual({ invoices: 2, invoice_lines: 4 })
})

test.each([{ tenantId: randomUUID() }, { provider: 'paypal' }, { account: 'acct_2' }])(
  'a parent of the same id that is not this account’s says nothing about its nested list: %o',
  async (changed) => {
    const { write, live } = await open()
    await write(invoices, [{ id: 'in_1', created: until }])
    await write(invoiceLines, [line('il_1', 'in_1')])
    await write(invoices, [{ id: 'in_1', created: until + 1 }], changed)
    await write(invoiceLines, [line('il_2', 'in_1')], changed)
    expect(await live(lists)).toEqual({ invoices: 1, invoice_lines: 1 })
  },
)

test('resources are checked each by its own rows, and one without a tally not at all', async () => {
  const { db, write } = await open()
  await write(customers, [{ id: 'cus_1', created: 1 }])
  await write(taxRates, [
    { id: 'txr_1', created: 1 },
    { id: 'txr_2', created: 1 },
  ])
  const tally = (listed: number) => ({ listed, until, months: { '1970-01': listed } })
  const checks = await checkCounts(db, {
    ...key,
    sources: [
      { kind: 'list', ...byTime },
      { kind: 'list', name: 'tax_rates', table: taxRates },
      { kind: 'list', name: 'invoices', table: invoices },
    ],
    tallies: { customers: tally(1), tax_rates: tally(2) },
    history: {},
    counts: {},
  } as never)
  expect(checks).toMatchObject({ customers: { live: 1, equal: true }, tax_rates: { live: 2, equal: true } })
  expect(checks).not.toHaveProperty('invoices')
})

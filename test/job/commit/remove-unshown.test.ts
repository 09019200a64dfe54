import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { balanceTransactions, customers, subscriptions } from '../../../src/db/schema.ts'
import { prepareRemoval } from '../../../src/job/commit/remove-unshown.ts'
import { plan } from '../../../src/job/state/checkpoint.ts'
import { noCounts, type Progress } from '../../../src/job/state/progress.ts'
import type { Source } from '../../../src/sync/source.ts'
import { openTestDatabase } from '../../support/database.ts'

const account = { tenantId: randomUUID(), provider: 'paypal', account: 'M1' }
const began = new Date('2026-11-30T12:00:00Z')
const derivedFrom = ['balance_transactions', 'subscriptions']
const namedBy = { balance_transactions: 'customerId', subscriptions: 'customerId' }
const lists = [
  { kind: 'list', name: 'balance_transactions', table: balanceTransactions, createdFilter: { field: 'at', lag: 60 } },
  { kind: 'list', name: 'subscriptions', table: subscriptions },
] as unknown as readonly Source[]
const derived = { kind: 'list', name: 'customers', table: customers, derivedFrom, namedBy }
const names = ['balance_transactions', 'subscriptions', 'customers']
const read = { ...noCounts, share: 1 }
const skipped = { ...read, skipped: { code: 'permission_denied', message: 'x' } }

interface Case {
  readonly progress?: Progress
  readonly source?: object
  readonly resources?: readonly string[]
  readonly checkpoint?: object
  /** The lists of which something is to be read before the commit. */
  readonly before?: readonly string[]
  /** Those of them that do not end with it. */
  readonly after?: readonly string[]
  /** Times of the pages that end the lists, beside the first. */
  readonly times?: readonly Date[]
}

/** A customer whom nothing names, after a commit. */
async function removedIn({
  progress,
  source,
  resources = names,
  checkpoint,
  before = names.slice(0, 2),
  after = [],
  times = [],
}: Case) {
  const { tenant, query } = await openTestDatabase()
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, observed_at, synced_at) values ($1, 'paypal', 'M1', 'person', '{}', $2, $2)`,
    [account.tenantId, '2026-11-30T11:00:00Z'],
  )
  const slices = before.map((name, at) => ({ id: at + 1, resource: name, ids: ['x'] }))
  const ending = slices.filter(({ resource }) => !after.includes(resource))
  const commit = {
    sources: [...lists, { ...derived, ...source } as unknown as Source],
    resources,
    account: { ...account, mayHaveUnknown: false },
    began,
    batch: { pages: ending.map(({ id }, at) => ({ sliceId: id, skip: null, observedAt: times[at] ?? began })) },
    committed: { checkpoint: { ...plan([]), slices } },
  } as unknown as Parameters<typeof prepareRemoval>[1]
  const reached = {
    checkpoint: { ...plan([]), ...checkpoint },
    progress: { ...Object.fromEntries(names.map((name) => [name, read])), ...progress },
  }
  const ended = await tenant(account.tenantId).within(async (tx) => {
    const remove = await prepareRemoval(tx, commit)
    return remove ? await remove(reached) : reached
  })
  const counts = ended.progress.customers
  const [row] = await query<{ deletedAt: Date | null }>('select deleted_at as "deletedAt" from customers')
  expect(counts?.deleted).toBe(row?.deletedAt ? 1 : 0)
  return row?.deletedAt ?? null
}

test('a row that nothing names goes with the commit that ends the last of the lists, at the time of its pages', async () => {
  const times = ['12:07', '12:05'].map((time) => new Date(`2026-11-30T${time}:00Z`))
  expect(await removedIn({ times })).toEqual(new Date('2026-11-30T12:07:00Z'))
  expect(await removedIn({ before: ['subscriptions'] })).toEqual(began)
})

const kept: Readonly<Record<string, Case>> = {
  'a list that is not read to its end': { after: ['subscriptions'] },
  'lists that ended with an earlier commit': { before: ['products'] },
  'a list that the job does not read': { resources: ['balance_transactions', 'customers'] },
  'a derived resource that the job does not read': { resources: ['balance_transactions', 'subscriptions'] },
  'a list that was skipped': { progress: { subscriptions: skipped } },
  'a list of which an object was refused': { checkpoint: { refused: ['subscriptions'] } },
  'a list with an item that could not be stored': { progress: { balance_transactions: { ...read, rejected: 1 } } },
  'a list that left out what the provider has': { progress: { subscriptions: { ...read, kept: 1 } } },
  'a derived row that could not be stored': { progress: { customers: { ...read, rejected: 1 } } },
  'a row from before the history of a list and its lag': {
    checkpoint: { history: { balance_transactions: Date.parse('2026-11-30T10:59:01Z') / 1_000 } },
  },
  'a resource that says of one list only how it names rows': { source: { namedBy: { subscriptions: 'customerId' } } },
  'a resource that does not say how lists name its rows': { source: { namedBy: undefined } },
}

test.each(Object.entries(kept))('a row stays: %s', async (_, given) => {
  expect(await removedIn(given)).toBe(null)
})

test('a row of the first second after the history and its lag goes', async () => {
  const history = { balance_transactions: Date.parse('2026-11-30T10:59:00Z') / 1_000 }
  expect(await removedIn({ checkpoint: { history } })).toEqual(began)
})

import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { customers } from '../../src/db/schema.ts'
import type { DetectedDeletions } from '../../src/job/commit/deletions.ts'
import { settleAbsence } from '../../src/job/settle-absence.ts'
import { plan } from '../../src/job/state/checkpoint.ts'
import { noCounts } from '../../src/job/state/progress.ts'
import { Item } from '../../src/json/item.ts'
import type { ListSource } from '../../src/provider/contract.ts'
import { openTestDatabase } from '../support/database.ts'

const never = new AbortController().signal

interface Settled {
  readonly rows: number
  readonly isThere?: boolean
  /** A forced job, of which no page proves anything. */
  readonly isForced?: boolean
}

/** Settles a list that has ended and shows none of the stored rows; how many of them each commit has asked for. */
async function settle({ rows, isThere = false, isForced = false }: Settled) {
  const { tenant, query } = await openTestDatabase()
  const accountKey = { tenantId: randomUUID(), provider: 'stripe', account: 'acct_1' }
  await query(
    `insert into customers (tenant_id, provider, account, id, created_at, raw, observed_at)
     select $1, 'stripe', 'acct_1', 'cus_' || n, to_timestamp(1000), '{}', to_timestamp(1000) from generate_series(1, $2) as n`,
    [accountKey.tenantId, rows],
  )
  let [asked, kept, requests] = [0, 0, 10]
  const source: ListSource = {
    ...{ kind: 'list', name: 'customers', table: customers, createdFilter: { field: 'created' } },
    list: () => Promise.reject(new Error('not listed')),
    row: (item) => ({ id: String(item.id) }),
    async retrieve(id) {
      requests++
      return { item: isThere ? Item.of({ id }) : null, observedAt: new Date() }
    },
  }
  const commits: number[] = []
  const settling = {
    ...{ db: tenant(accountKey.tenantId), clock: systemClock, accountKey, jobId: randomUUID() },
    overwrite: isForced ? ({ kind: 'stored before', since: new Date(Date.now() + 60_000) } as const) : null,
    noted: new Set<string>(),
    refusedParents: new Set<string>(),
    committed: () => ({
      checkpoint: { ...plan([{ resource: source, since: 0 }]), asked },
      progress: { customers: { ...noCounts, kept } },
      commits: commits.length,
    }),
    requests: () => requests,
    checksById: 20,
    async commit({ resources, lookups }: DetectedDeletions) {
      const gone = resources.flatMap(({ unlisted }) => unlisted.map(({ id }) => id))
      await query('delete from customers where id = any($1)', [gone])
      await query('delete from unlisted_rows where id = any($1)', [gone])
      asked += lookups
      kept += resources.flatMap((deletions) => deletions.kept).length
      commits.push(lookups)
    },
  }
  const proven = isForced ? null : { from: 0, to: null, ids: [] }
  const page = {
    ...{
      sliceId: 1,
      source,
      part: null,
      proven,
      rows: [],
      rejects: [],
      childSets: [],
      drifts: [],
      listed: [],
      nested: [],
    },
    ...{
      query: { from: 0, to: null },
      next: null,
      oldest: null,
      boundary: [],
      beginsList: false,
      whole: null,
      skip: null,
    },
    observedAt: new Date(),
  }
  const { resources } = await settleAbsence({ pages: [page], remaining: {} } as never, settling as never, never)
  return { commits, finished: resources.filter(({ isFinished }) => isFinished).map(({ resource }) => resource.name) }
}

test('rows that a list does not show are asked for in few requests at once, as many as any job may, and half of its other requests', async () => {
  expect(await settle({ rows: 40 })).toEqual({ commits: [16, 9], finished: ['customers'] })
  expect(await settle({ rows: 3 })).toEqual({ commits: [3], finished: ['customers'] })
  expect(await settle({ rows: 0 })).toEqual({ commits: [], finished: [] })
})

test('a list that has left out what the provider has is not believed again', async () => {
  expect(await settle({ rows: 40, isThere: true })).toEqual({ commits: [16], finished: ['customers'] })
})

test('a forced job asks for the rows that it has not written, whatever its pages prove', async () => {
  expect(await settle({ rows: 3, isForced: true })).toEqual({ commits: [3], finished: ['customers'] })
})

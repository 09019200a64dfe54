import { getTableConfig } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { missingStates, wantedStates } from '../../scripts/states.ts'
import { states } from '../../src/db/schema.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'

test('the states in Postgres are those of the providers', async () => {
  expect(missingStates()).toBe('')
  const { query } = await openTestDatabase()
  const rows = await query('select provider, kind, status, state from states')
  expect(rows.map((row) => JSON.stringify(row)).toSorted()).toEqual(
    wantedStates.map((row) => JSON.stringify(row)).toSorted(),
  )
})

test('a state is one of the common words of its kind', async () => {
  const { query } = await openTestDatabase()
  const insert = (kind: string, state: string) =>
    query(`insert into states values ('mine', $1, 'any', $2)`, [kind, state])
  await insert('payment', 'reversed')
  for (const [kind, state] of [
    ['subscription', 'reversed'],
    ['payment', 'Pending'],
    ['parcel', 'pending'],
  ] as const)
    await expect(insert(kind, state), `${kind} ${state}`).rejects.toMatchObject({ constraint: 'states_known' })
})

test('the worker and the reader read every state, name no tenant, and write none', async () => {
  const { url, query } = await openTestDatabase()
  expect(getTableConfig(states).columns.map(({ name }) => name)).toEqual(['provider', 'kind', 'status', 'state'])
  const client = new pg.Client({ connectionString: asWorker(url) })
  const reader = new pg.Client({ connectionString: url })
  for (const login of [client, reader]) {
    await login.connect()
    onTestFinished(() => login.end())
  }
  await reader.query('set role billing_sync_reader')
  const [{ all } = { all: 0 }] = await query<{ all: number }>('select count(*)::int as all from states')
  expect(all).toBe(wantedStates.length)
  for (const login of [client, reader]) {
    expect((await login.query('select from states')).rowCount).toBe(all)
    for (const text of [
      `delete from states`,
      `update states set state = 'paid'`,
      `insert into states values ('', '', '', '')`,
    ])
      await expect(login.query(text), text).rejects.toMatchObject({ code: '42501' })
  }
})

import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openDatabase } from '../../src/db/open.ts'
import { claimRequest, findOpenRequests, settleRequest, withinClaim } from '../../src/erasure/requests.ts'
import { openTestDatabase } from '../support/database.ts'

const kinds = ['erase-customer'] as const

async function withRequests() {
  const { url, query, worker } = await openTestDatabase()
  const owner = await openDatabase(parseConnectionString(`${url}?sslmode=disable`), {
    connections: 3,
    applicationName: 'test',
  })
  const add = async (days: number, customer: string, tenant = randomUUID()) => {
    const id = randomUUID()
    await query(
      `insert into erasure_requests (id, tenant_id, provider, account, kind, customer, due_at)
       values ($1, $2, 'shopify', 'shop', 'erase-customer', $3, now() + make_interval(days => $4))`,
      [id, tenant, customer, days],
    )
    return { id, tenantId: tenant }
  }
  const claim = (request: { id: string; tenantId: string }, process = randomUUID()) => {
    const mine = { ...request, process }
    const within = owner.tenant(request.tenantId).within
    return { mine, within, taken: () => within((tx) => claimRequest(tx, mine)) }
  }
  return { query, worker, owner, add, claim }
}

test('open requests of all tenants are found, those first that are due first, also by the worker’s login', async () => {
  const { query, worker, owner, add } = await withRequests()
  const dues = [5, -2, 30, 9, 1, 12]
  const added = []
  for (const days of dues) added.push({ ...(await add(days, 'a')), days })
  const [soon] = added
  const ordered = added.toSorted((left, right) => left.days - right.days).map(({ id }) => id)
  const done = await add(-9, 'c')
  await query(`update erasure_requests set done_at = now(), rows = '{}' where id = $1`, [done.id])
  for (const { schedules } of [owner, worker]) {
    const requests = await findOpenRequests(schedules, { tenantId: undefined, kinds })
    expect(requests.map(({ id }) => id)).toEqual(ordered)
    const requestsOfTenant = await findOpenRequests(schedules, { tenantId: soon?.tenantId, kinds })
    expect(requestsOfTenant.map(({ id }) => id)).toEqual([soon?.id])
  }
  await owner.close()
})

test('one process at a time has a request, and another takes it over two minutes after the last transaction', async () => {
  const { query, owner, add, claim } = await withRequests()
  const request = await add(1, 'a')
  const [first, second] = [claim(request), claim(request)]
  const both = await Promise.all([first.taken(), second.taken()])
  expect(both.filter(Boolean)).toHaveLength(1)
  const [winner, loser] = both[0] ? [first, second] : [second, first]
  const deps = withinClaim({ dryRun: false, within: winner.within }, winner.mine)
  await query(`update erasure_requests set claimed_until = now() + interval '1 second'`)
  await deps.within(async () => {})
  expect(await query(`select claimed_until > now() + interval '1 minute' as later from erasure_requests`)).toEqual([
    { later: true },
  ])
  expect(await loser.taken()).toBe(false)
  await query(`update erasure_requests set claimed_until = now() - interval '1 second'`)
  expect(await loser.taken()).toBe(true)
  let worked = false
  await expect(
    deps.within(async () => {
      worked = true
    }),
  ).rejects.toThrow('Another process has taken the request over')
  expect(worked).toBe(false)
  const [open] = await findOpenRequests(owner.schedules, { tenantId: undefined, kinds })
  const settled = { request: open!, rows: new Map([['customers', 1]]) }
  expect(await winner.within((tx) => settleRequest(tx, winner.mine, settled))).toBe(false)
  await loser.within((tx) => settleRequest(tx, loser.mine, settled))
  expect(await query(`select rows, claimed_by, done_at is not null as done from erasure_requests`)).toEqual([
    { rows: { customers: 1 }, claimed_by: null, done: true },
  ])
  expect(await winner.taken()).toBe(false)
  await owner.close()
})

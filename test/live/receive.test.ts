import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { message, openReceiving, sentAt, webhook } from './receive-setup.ts'
import { eventBridge, snapshot } from './sample-events.ts'

const minute = 60_000
const ofAccount = (account: string, id = 'evt_1') => ({ ...snapshot, id, account })

test('an event of EventBridge reaches the account of its destination, once authenticated by its bus', async () => {
  const { receive, route, applied, tenantId, opened } = await openReceiving()
  await route('ed_61Test live')
  const event = message(eventBridge(snapshot))
  expect(await receive(event)).toEqual({ [event.id]: 'acknowledge' })
  expect(applied).toMatchObject([
    {
      account: { tenantId, provider: 'stripe', account: 'acct_1A', state: 'active' },
      events: [{ messageId: event.id, sentAt, change: { resource: 'customers', id: 'cus_Test1', gone: false } }],
    },
  ])
  expect(opened).toEqual([])
})

test('the events of an account are one call, and each account has its own', async () => {
  const { receive, route, applied } = await openReceiving()
  await route('acct_1A live')
  await route('acct_1B live', { account: 'acct_1B', tenant: randomUUID() })
  await receive(
    ...[1, 2, 3].map((n) => message(eventBridge(ofAccount('acct_1A', `evt_${n}`)))),
    message(eventBridge(ofAccount('acct_1B'))),
  )
  expect(applied.map(({ account, events }) => [account.account, events.length])).toEqual([
    ['acct_1A', 3],
    ['acct_1B', 1],
  ])
})

test('a failure of one account concerns no other, and its messages are hidden', async () => {
  const { receive, route, answering, hidden, lines } = await openReceiving()
  await route('acct_1A live')
  await route('acct_1B live', { account: 'acct_1B' })
  const [bad, good] = [message(eventBridge(ofAccount('acct_1A'))), message(eventBridge(ofAccount('acct_1B')))]
  answering(async (events) => {
    if (events[0]?.messageId === bad.id) throw new SyncError('retry', 'database_unavailable', 'database: away.')
    return {
      committed: [good.id],
      later: [],
      deadLettered: [],
      counts: { received: 1, applied: 1, unchanged: 0, tied: 0, retrieved: 0, rejected: 0, skipped: 0 },
    }
  })
  expect(await receive(bad, good)).toEqual({ [bad.id]: 'redeliver', [good.id]: 'acknowledge' })
  expect(hidden).toEqual([{ id: bad.id, seconds: 10 }])
  expect(lines()).toMatchObject([{ event: 'events_failed', code: 'database_unavailable' }])
})

test('what is tied is hidden, and what cannot be written is a dead letter without its payload', async () => {
  const { receive, route, answering, hidden, letters, measured } = await openReceiving()
  await route('acct_1A live')
  const [done, tied, refused] = [1, 2, 3].map((n) => message(eventBridge(ofAccount('acct_1A', `evt_${n}`))))
  if (!done || !tied || !refused) throw new Error('three messages')
  answering(async () => ({
    committed: [done.id],
    later: [{ messageId: tied.id, seconds: 3 }],
    deadLettered: [{ messageId: refused.id, error: new Error('odd') }],
    counts: { received: 3, applied: 1, unchanged: 0, tied: 1, retrieved: 0, rejected: 0, skipped: 0 },
  }))
  expect(await receive(done, tied, refused)).toEqual({
    [done.id]: 'acknowledge',
    [tied.id]: 'redeliver',
    [refused.id]: 'acknowledge',
  })
  expect(hidden).toEqual([{ id: tied.id, seconds: 3 }])
  expect(letters).toMatchObject([{ code: 'event_not_applied', messageId: refused.id }])
  expect(JSON.stringify(letters)).not.toContain('Ada')
  expect(measured).toEqual([
    { provider: 'stripe', outcome: 'applied', code: null, lagMs: 200 },
    { provider: 'stripe', outcome: 'hidden', code: null, lagMs: null },
    { provider: 'stripe', outcome: 'dead', code: 'event_not_applied', lagMs: null },
  ])
})

test('an unknown route is waited for 15 minutes by the time of the message, then it is a dead letter', async () => {
  const { receive, pass, hidden, letters, applied } = await openReceiving()
  const event = message(eventBridge(ofAccount('acct_new')))
  let [waited, deliveries] = [0, 0]
  for (; letters.length === 0 && deliveries < 20; deliveries++) {
    await receive(event)
    const { seconds = 0 } = hidden[deliveries] ?? {}
    waited += seconds
    pass(seconds * 1_000)
  }
  expect(waited * 1_000).toBeGreaterThanOrEqual(15 * minute - 1_000)
  expect(waited * 1_000).toBeLessThan(20 * minute)
  // Fewer than the queue allows.
  expect(deliveries).toBeLessThan(12)
  expect(letters).toEqual([
    {
      body: JSON.stringify({
        event: 'stripe acct_new live',
        messageId: event.id,
        sentAt: sentAt.toISOString(),
        payload: '[redacted]',
      }),
      reason: expect.stringContaining('billing-sync routes add'),
      code: 'unknown_route',
      messageId: event.id,
      group: undefined,
    },
  ])
  expect(applied).toEqual([])
})

test('a route that is added meanwhile has the next delivery', async () => {
  const { receive, route, pass, hidden, applied } = await openReceiving()
  const event = message(eventBridge(ofAccount('acct_1A')))
  await receive(event)
  await route('acct_1A live')
  pass((hidden[0]?.seconds ?? 0) * 1_000)
  expect(await receive(event)).toEqual({ [event.id]: 'acknowledge' })
  expect(applied).toHaveLength(1)
})

test('a webhook is applied if its account’s secret has signed it', async () => {
  const { receive, route, applied, letters, measured, lines } = await openReceiving()
  await route('stripe/k7Qw live')
  const [genuine, forged, unsigned] = [
    webhook(snapshot),
    webhook(snapshot, { key: 'whsec_else' }),
    message(snapshot, { endpoint: 'stripe/k7Qw' }),
  ]
  await receive(genuine, forged, unsigned)
  expect(applied.flatMap(({ events }) => events.map(({ messageId }) => messageId))).toEqual([genuine.id])
  const refused = letters.map(({ code, messageId }) => `${code} ${messageId}`)
  expect(refused.toSorted()).toEqual([`forged ${forged.id}`, `forged ${unsigned.id}`].toSorted())
  expect(JSON.stringify([letters, lines()])).not.toMatch(/Ada|cus_Test1|whsec/)
  expect(measured.filter(({ code }) => code === 'forged')).toHaveLength(2)
})

test('a webhook that names another account needs the secret of that account', async () => {
  const { receive, route, storing, letters, applied } = await openReceiving()
  storing({ 'ssm:/a': 'whsec_a', 'ssm:/b': 'whsec_b' })
  await route('acct_1A live', { secrets: ['ssm:/a'] })
  await route('acct_1B live', { account: 'acct_1B', tenant: randomUUID(), secrets: ['ssm:/b'] })
  await receive(webhook(ofAccount('acct_1B'), { key: 'whsec_a' }))
  expect([letters.length, applied.length]).toEqual([1, 0])
  await receive(webhook(ofAccount('acct_1B'), { key: 'whsec_b' }))
  expect([letters.length, applied.length]).toEqual([1, 1])
})

test('the age of a signature is by the time of the message, however long it waited in the queue', async () => {
  const { receive, route, pass, letters } = await openReceiving()
  await route('stripe/k7Qw live')
  const [waiting, old] = [webhook(snapshot), webhook(snapshot, { at: new Date(sentAt.getTime() - 6 * minute) })]
  pass(4 * 60 * minute)
  expect(await receive(waiting, old)).toEqual({ [waiting.id]: 'acknowledge', [old.id]: 'acknowledge' })
  expect(letters.map(({ code, messageId }) => [code, messageId])).toEqual([['event_too_old', old.id]])
})

test('a replaced secret is fetched once more before an event counts as forged', async () => {
  const { receive, route, storing, opened, letters, applied } = await openReceiving()
  await route('stripe/k7Qw live')
  let calls = 0
  storing({
    get 'ssm:/whsec'() {
      return calls++ === 0 ? 'whsec_old' : 'whsec_new'
    },
  })
  await receive(webhook(snapshot, { key: 'whsec_new' }))
  expect(opened).toEqual(['ssm:/whsec', 'ssm:/whsec again'])
  expect([letters.length, applied.length]).toEqual([0, 1])
})

test('a secret that cannot be read hides the event', async () => {
  const { receive, route, storing, hidden, letters } = await openReceiving()
  await route('stripe/k7Qw live')
  storing({})
  const event = webhook(snapshot)
  expect(await receive(event)).toEqual({ [event.id]: 'redeliver' })
  expect([hidden.length, letters.length]).toEqual([1, 0])
})

test('events of an account that is not active are acknowledged and not applied', async () => {
  const { receive, route, query, applied, measured } = await openReceiving()
  await route('acct_1A live')
  await query(`update sync_accounts set state = 'paused', state_because = 'a person'`)
  const event = message(eventBridge(ofAccount('acct_1A')))
  expect(await receive(event)).toEqual({ [event.id]: 'acknowledge' })
  expect(applied).toEqual([])
  expect(measured).toEqual([{ provider: 'stripe', outcome: 'skipped', code: null, lagMs: null }])
})

test('an account that its provider disconnects gets no more jobs of its schedules, and they say why', async () => {
  const { receive, route, query, tenantId } = await openReceiving()
  await route('acct_1A live')
  const schedule = (account: string | null, reference: string | null) =>
    query(
      `insert into sync_schedules (id, tenant_id, provider, account, reference, next_at) values (gen_random_uuid(), $1, 'stripe', $2, $3, now())`,
      [tenantId, account, reference],
    )
  await schedule('acct_1A', null)
  await schedule(null, 'acct_1A')
  await schedule('acct_1B', null)
  const event = message(eventBridge({ ...ofAccount('acct_1A'), type: 'account.application.deauthorized' }))
  expect(await receive(event)).toEqual({ [event.id]: 'acknowledge' })
  expect(await query(`select account, reference, paused_because from sync_schedules order by 1 nulls last`)).toEqual([
    { account: 'acct_1A', reference: null, paused_because: expect.stringContaining('disconnected') },
    { account: 'acct_1B', reference: null, paused_because: null },
    { account: null, reference: 'acct_1A', paused_because: expect.stringContaining('disconnected') },
  ])
  expect(await query(`select state, state_because from sync_accounts`)).toEqual([
    { state: 'disconnected', state_because: expect.stringContaining('Connect it again') },
  ])
})

test('messages wait in the queue while the database is away', async () => {
  const { receive, query, hidden, lines, failures } = await openReceiving()
  await query('alter table event_routes rename to away')
  const event = message(eventBridge(snapshot))
  expect(await receive(event)).toEqual({ [event.id]: 'redeliver' })
  expect(hidden).toHaveLength(1)
  expect(lines()).toMatchObject([{ event: 'events_failed' }])
  expect(failures).toEqual(['events_failed'])
})

test('a dead letter of an event whose account is known asks for a job of the account, which reads what it told', async () => {
  const { receive, route, requested, requesting, letters, answering } = await openReceiving()
  await route('stripe/k7Qw live')
  const forged = webhook(snapshot, { key: 'whsec_forged' })
  requesting(async () => Promise.reject(new Error('the database is away')))
  expect(await receive(forged)).toEqual({ [forged.id]: 'redeliver' })
  expect(letters).toEqual([])
  requesting(async () => {})
  expect(await receive(forged)).toEqual({ [forged.id]: 'acknowledge' })
  expect(requested).toEqual(['acct_1A'])
  answering(async ([event]) => ({
    committed: [],
    later: [],
    deadLettered: [{ messageId: event?.messageId ?? '', error: new Error('a bug') }],
    counts: { received: 1, applied: 0, unchanged: 0, tied: 0, retrieved: 0, rejected: 0, skipped: 0 },
  }))
  await receive(webhook(snapshot))
  expect(requested).toEqual(['acct_1A', 'acct_1A'])
  expect(letters.map(({ code }) => code)).toEqual(['forged', 'event_not_applied'])
})

test('a dead letter of an account that a person paused, or without a route, asks for no job', async () => {
  const { receive, route, query, requested, letters } = await openReceiving()
  await route('stripe/k7Qw live')
  await query(`update sync_accounts set state = 'paused', state_because = 'a person'`)
  await receive(webhook(snapshot, { key: 'whsec_forged' }), message('no event'))
  expect(letters).toHaveLength(2)
  expect(requested).toEqual([])
})

import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { exerciseQueue } from '../contracts/exercise-queue.ts'
import { openEnd } from '../contracts/queue-fixture.ts'
import { openPostgresServer, type PostgresServer } from './postgres-fixture.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await openPostgresServer()
})
afterAll(() => server.close())

exerciseQueue('Postgres', () => server.openQueue())

async function setup() {
  const fixture = await server.openQueue()
  const intake = await openEnd(fixture)
  onTestFinished(() => intake.close())
  return { ...fixture, intake }
}

test.each([
  ['a key of Stripe', '{"accessToken":"sk_live_canary5Fh2"}', 'the body holds a key of Stripe'],
  ['a key of Stripe anywhere', '{"note":["sk_test_canary5Fh2"]}', 'the body holds a key of Stripe'],
  ['a token', '{"accessToken":"EAAAcanary5Fh2"}', 'the accessToken is a key'],
  ['a token under another spelling', '{"Access_Token":"shop:shpat_canary5Fh2"}', 'the accessToken is a key'],
  ['a token under an escaped name', '{"access\\u0054oken":"canary5Fh2"}', 'the accessToken is a key'],
  ['a token before a reference', '{"accessToken":"canary5Fh2","accessToken":"ssm:/a"}', 'the accessToken is a key'],
  ['a token behind a reference', '{"accessToken":"ssm:/a canary5Fh2"}', 'the accessToken is a key'],
  ['an object as token', '{"accessToken":{"clientSecret":"canary5Fh2"}}', 'the accessToken is a key'],
  ['a body that is no JSON', 'accessToken=canary5Fh2', 'the body is no JSON object'],
])('%s is refused in words before it is stored', async (_, body, sentence) => {
  const { intake, sendAsOthers } = await setup()
  for (const send of [() => intake.send(body, 0), () => sendAsOthers(body, {})]) {
    const error = await send().then(
      () => undefined,
      (error: Error) => error,
    )
    expect(error?.message).toContain(sentence)
    expect(error?.message).not.toContain('canary')
  }
  const stored = `insert into billing_sync.messages (queue, body) values ('other', $1)`
  await expect(server.query(stored, [body])).rejects.toThrow('messages_without_key')
  expect(await intake.depth()).toEqual({ waiting: 0, inFlight: 0, delayed: 0, dead: 0, oldestAge: 0 })
})

test.each([
  null,
  'acct_1ABC',
  'merchant:5YAA4ZXCVBNM2',
  'ssm:/billing-sync/one#apiKey',
  'arn:aws:secretsmanager:eu-central-1:123456789012:secret:billing-sync/one#apiKey',
  'arn:aws:ssm:eu-central-1:123456789012:parameter/billing-sync/one',
])('the accessToken %s is stored, and a dead letter of it can be sent back', async (accessToken) => {
  const { intake } = await setup()
  const body = JSON.stringify({ jobId: '7b1f0a34-52c6-4e0d-8a3b-1d2f6c9e5a10', accessToken })
  await intake.send(body, 0)
  const [message] = await intake.receive(1, AbortSignal.timeout(120_000))
  expect(message?.body).toBe(body)
  if (message) await intake.giveBack({ ...message, receiveCount: 12 }, 0)
  expect(await intake.depth()).toMatchObject({ waiting: 0, inFlight: 0, dead: 1 })
  expect(await intake.redrive(1)).toEqual({ sent: 1, left: [] })
})

test('a message is in the queue once the transaction of its sender commits', async () => {
  const { intake, options } = await setup()
  const queue = new URL(options.url).searchParams.get('queue')
  await server
    .query(`do $$ begin perform billing_sync.enqueue('{"n":1}', 0, null, '${queue}'); raise exception 'undone'; end $$`)
    .catch(() => {})
  expect(await intake.depth()).toMatchObject({ waiting: 0 })
})

test('a worker that waits gets what is sent meanwhile, and does not ask all the time', async () => {
  const { intake } = await setup()
  const query = vi.spyOn(pg.Pool.prototype, 'query')
  const asked = () => query.mock.calls.filter(([text]) => String(text).includes('billing_sync.receive')).length
  const began = performance.now()
  const receiving = intake.receive(1, AbortSignal.timeout(120_000))
  const listening = `select count(*)::int as n from pg_stat_activity where application_name = 'billing-sync queue' and query like 'listen%'`
  await expect.poll(() => server.query(listening)).toEqual([{ n: 1 }])
  await intake.send('{"n":1}', 0)
  expect((await receiving).map(({ body }) => body)).toEqual(['{"n":1}'])
  // Once at first, once at the message, and once in two seconds besides.
  expect(asked()).toBeLessThanOrEqual(2 + Math.ceil((performance.now() - began) / 2_000))
})

test('a worker whose message another one has is told so, and changes nothing', async () => {
  const { intake } = await setup()
  await intake.send('{}', 0)
  const [message] = await intake.receive(1, AbortSignal.timeout(120_000))
  if (!message) throw new Error('the queue brought no message')
  const lost = { ...message, receipt: '0b6ffb0e-7b5c-4bd4-9e0f-3d0f3a1c2d3e' }
  const calls = [
    () => intake.heartbeat(lost, 60),
    () => intake.giveBack(lost, 0),
    () => intake.giveBack({ ...lost, receiveCount: 12 }, 0),
    () => intake.acknowledge(lost),
  ]
  for (const call of calls) await expect(call()).rejects.toThrow('queue: this worker no longer has the message')
  expect(await intake.depth()).toMatchObject({ waiting: 0, inFlight: 1, dead: 0 })
})

test('as many dead letters as are asked for are sent back, and no more of them are looked at', async () => {
  const { intake, options } = await setup()
  const queue = new URL(options.url).searchParams.get('queue')
  const letters = `insert into billing_sync.dead_letters (queue, body, message_id, code, reason)
    select $1, $2, n, '', '' from generate_series(1, $3::int) n`
  await server.query(letters, [queue, '{}', 700])
  await server.query(letters, [queue, '{"note":"[redacted]"}', 1])
  // A statement sends 500.
  expect(await intake.redrive(500)).toEqual({ sent: 500, left: [] })
  expect(await intake.redrive(120)).toMatchObject({ sent: 120, left: [{ messageId: '1' }] })
  expect(await intake.depth()).toMatchObject({ waiting: 620, dead: 81 })
  await server.query(letters, [queue, '{}', 500])
  expect(await intake.redrive(520)).toMatchObject({ sent: 520 })
  expect(await intake.depth()).toMatchObject({ waiting: 1_140, dead: 61 })
})

test('a sender reads no message', async () => {
  const sender = `set role sender; select * from billing_sync.messages`
  await expect(server.query(sender)).rejects.toThrow('permission denied')
})

test('a database without a queue is refused with the command that makes one', async () => {
  const url = new URL(server.url)
  url.pathname = '/postgres'
  await expect(
    openEnd({ ...(await server.openQueue()), options: { url: `${url.href}?sslmode=disable` } }),
  ).rejects.toThrow(
    'queue: the database of Queue.Url has no queue. Make it, as the owner of the database: npm run migrate',
  )
})

test('50 quiet tenants are served within 60 receives behind 100,000 messages of another', async () => {
  const { intake, options } = await setup()
  const queue = new URL(options.url).searchParams.get('queue')
  await server.query(
    `insert into billing_sync.messages (queue, body, message_group, turn) select $1, '{}', 'busy', n from generate_series(1, 100000) n`,
    [queue],
  )
  for (let n = 0; n < 50; n++) await intake.send('{}', 0, `quiet-${n}`)
  const groups: (string | undefined)[] = []
  while (groups.length < 60)
    groups.push(...(await intake.receive(1, AbortSignal.timeout(120_000))).map(({ group }) => group))
  expect(groups.filter((group) => group !== 'busy')).toHaveLength(50)
})

import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'
import { open } from '../../src/queue/postgres.ts'
import { alterDatabase, roundsOf, type Setting, settable } from '../db/other-settings.ts'
import { createTestDatabase } from '../support/database.ts'

/* A database with a queue may have settings of its own, as one with tables may: test/db/other-settings.test.ts. */

const never = new AbortController().signal
const options = { lockSeconds: 60, maxReceives: 5 }

test('no setting of a database changes what a queue in it hands out', { timeout: 300_000 }, async () => {
  const url = await createTestDatabase()
  // Connected before anything is set, so that it reads as Postgres does by itself.
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  await migrateQueue({ database: parseConnectionString(url), name: 'any' })
  const settings = (await client.query<Setting>(settable)).rows
  const expected = {
    bodies: ['{"a":1}', '{"b":"ü€"}'],
    sentAt: [1_700_000_000_123, 1_700_000_000_123],
    again: { body: '{"b":"ü€"}', receiveCount: 2 },
    depth: { waiting: 1, inFlight: 0, delayed: 1, dead: 1 },
    age: 2_058,
    redriven: { sent: 1, left: [] },
  }
  for (const round of [[], ...roundsOf(settings)]) {
    await alterDatabase(client, url, round)
    expect(await runQueue(url, client)).toEqual(expected)
  }
})

/** Sends, receives, gives back and buries messages of a queue of its own, and says what came out. */
async function runQueue(url: string, observer: pg.Client) {
  const name = `queue-${randomUUID()}`
  const queue = await open({ ...options, url: `${url}?sslmode=disable&queue=${name}` })
  const backdate = (to: string) =>
    observer.query(`update billing_sync.messages set sent_at = ${to} where queue = $1`, [name])
  try {
    for (const body of ['{"a":1}', '{"b":"ü€"}']) await queue.send(body, 0, 'group')
    await backdate("'2023-11-14 22:13:20.1239+00'")
    await queue.send('{"later":true}', 1_000, undefined)
    const [first, second, ...rest] = await queue.receive(10, never)
    if (!first || !second || rest.length > 0) throw new Error('the queue brought other messages')
    await queue.acknowledge(first)
    await queue.giveBack(second, 0)
    const [again] = await queue.receive(10, never)
    if (!again) throw new Error('the queue did not bring the message again')
    await queue.giveBack(again, 0)
    await backdate("clock_timestamp() - interval '123456 seconds'")
    await queue.deadLetter({ body: '{"c":"ü€"}', group: 'g', messageId: 'm', code: 'c', reason: 'r' })
    const { oldestAge, ...depth } = await queue.depth()
    return {
      bodies: [first.body, second.body],
      sentAt: [first.sentAt?.getTime(), second.sentAt?.getTime()],
      again: { body: again.body, receiveCount: again.receiveCount },
      depth,
      age: Math.round((oldestAge ?? 0) / 60),
      redriven: await queue.redrive(5),
    }
  } finally {
    await queue.close()
  }
}

import type pg from 'pg'
import { connect, createPool } from '../db/connection.ts'
import type { Message } from './message.ts'
import { poisonLetter } from './poison.ts'
import { readAddress } from './postgres/address.ts'
import { findLetters, redriveLetters } from './postgres/redrive.ts'
import { createWake, waitUntil } from './postgres/wake.ts'
import type { DeadLetter, Intake, IntakeOptions, QueueDepth } from './queue.ts'

interface StoredMessage {
  readonly id: string
  readonly body: string
  readonly message_group: string
  /** Milliseconds since 1970. Written as a time, it would have the notation of the session. */
  readonly sent_at: string
  readonly receives: number
  readonly holder: string
}

/** Names the connections in pg_stat_activity. */
const applicationName = 'billing-sync queue'
/** Postgres has no limit of its own. A month is longer than any back-off. */
const longestDelaySeconds = 2_592_000

const take = `
  select id, body, message_group, floor(extract(epoch from sent_at) * 1000)::text as sent_at, receives, holder
  from billing_sync.receive($1, $2, $3)`
const untilNext = `
  select extract(epoch from min(visible_at) - clock_timestamp()) * 1000 as ms
  from billing_sync.messages where queue = $1 and turn is null`
const hide = `
  update billing_sync.messages set visible_at = clock_timestamp() + make_interval(secs => $3)
  where id = $1 and holder = $2`
const giveUpHolding = `
  update billing_sync.messages set visible_at = clock_timestamp() + make_interval(secs => $3), holder = null
  where id = $1 and holder = $2 returning pg_notify('billing_sync_queue', queue)`
const remove = 'delete from billing_sync.messages where id = $1 and holder = $2'
const deadLetterStatement = `
  insert into billing_sync.dead_letters (queue, body, message_group, message_id, code, reason)
  values ($1, $2, $3, $4, $5, $6)`
const removeAndBury = `
  with gone as (${remove} returning queue, message_group)
  insert into billing_sync.dead_letters (queue, message_group, body, message_id, code, reason)
  select queue, message_group, $3, $4, $5, $6 from gone`
const count = `
  select count(*) filter (where turn is not null or visible_at <= clock_timestamp())::int as waiting,
    count(*) filter (where holder is not null and visible_at > clock_timestamp())::int as "inFlight",
    count(*) filter (where turn is null and holder is null and visible_at > clock_timestamp())::int as delayed,
    (select count(*)::int from billing_sync.dead_letters where queue = $1) as dead,
    coalesce(extract(epoch from clock_timestamp() -
      min(sent_at) filter (where turn is not null or visible_at <= clock_timestamp())), 0)::text as "oldestAge"
  from billing_sync.messages where queue = $1`

/** A queue in Postgres, fair to groups. The lock of a message is a time, and a notification only wakes an idle worker. */
export async function open({
  url,
  database: workerDatabase,
  lockSeconds,
  maxReceives,
}: IntakeOptions): Promise<Intake> {
  const { database, name } = readAddress(url, workerDatabase)
  const pool = await createPool(database, applicationName, 3)
  try {
    await refuseWithoutTables(pool)
  } catch (error) {
    await pool.end()
    throw error
  }
  const wake = createWake(name, () => connect(database, applicationName))
  /** @throws Error if another worker has the message now */
  const asHolder = async (statement: string, { id, receipt }: Message, ...values: unknown[]) => {
    const { rowCount } = await pool.query(statement, [id, receipt, ...values])
    if (rowCount === 0) throw new Error('queue: this worker no longer has the message')
  }
  const giveUp = async (message: Message) => {
    const { body, messageId, code, reason } = storable(poisonLetter(message))
    await asHolder(removeAndBury, message, body, messageId, code, reason)
  }
  return {
    async send(body, delaySeconds, group) {
      await pool.query('select billing_sync.enqueue($1, $2, $3, $4)', [body, bounded(delaySeconds), group, name])
    },
    heartbeat: (message, seconds) => asHolder(hide, message, seconds),
    giveBack: (message, delaySeconds) =>
      message.receiveCount >= maxReceives ? giveUp(message) : asHolder(giveUpHolding, message, bounded(delaySeconds)),
    async deadLetter(letter) {
      const { body, group = '', messageId, code, reason } = storable(letter)
      await pool.query(deadLetterStatement, [name, body, group, messageId, code, reason])
    },
    async receive(most, signal, atOnce = false) {
      while (!signal.aborted) {
        const { rows } = await pool.query<StoredMessage>(take, [name, most, lockSeconds])
        const messages = rows.map((row) => toMessage(row, name))
        const poisoned = messages.filter(({ receiveCount }) => receiveCount > maxReceives)
        for (const message of poisoned) await giveUp(message)
        if (signal.aborted) for (const message of messages) await asHolder(giveUpHolding, message, 0).catch(() => {})
        else if (messages.length > poisoned.length) return messages.filter((message) => !poisoned.includes(message))
        else if (atOnce) break
        else if (messages.length === 0) await wake.wait(await msUntilNext(pool, name), signal)
      }
      return []
    },
    acknowledge: (message) => asHolder(remove, message),
    async depth() {
      const { rows } = await pool.query<QueueDepth>(count, [name])
      const [depth] = rows
      if (!depth) return { waiting: 0, inFlight: null, delayed: null, dead: null, oldestAge: null }
      return { ...depth, oldestAge: Number(depth.oldestAge) }
    },
    letters: (most) => findLetters(pool, name, most),
    redrive: (most) => redriveLetters(pool, name, most),
    async close() {
      await wake.close()
      await pool.end()
    },
  }
}

async function refuseWithoutTables(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ there: boolean }>(
    `select to_regprocedure('billing_sync.receive(text, integer, integer)') is not null as there`,
  )
  if (!rows[0]?.there)
    throw new Error(
      'queue: the database of Queue.Url has no queue. Make it, as the owner of the database: npm run migrate',
    )
}

async function msUntilNext(pool: pg.Pool, name: string): Promise<number> {
  const { rows } = await pool.query<{ ms: string | null }>(untilNext, [name])
  return waitUntil(rows[0]?.ms)
}

function toMessage({ id, body, message_group, sent_at, receives, holder }: StoredMessage, queue: string): Message {
  return {
    id,
    body,
    attributes: {},
    queue,
    receiveCount: receives,
    sentAt: new Date(Number(sent_at)),
    group: message_group || undefined,
    receipt: holder,
  }
}

const bounded = (seconds: number) => Math.min(longestDelaySeconds, seconds)

/** Postgres stores no character of code 0. */
function storable(letter: DeadLetter): DeadLetter {
  const text = (value: string) => value.toWellFormed().replaceAll('\0', '\uFFFD')
  return {
    body: text(letter.body),
    reason: text(letter.reason),
    code: text(letter.code),
    messageId: text(letter.messageId),
    group: letter.group,
  }
}

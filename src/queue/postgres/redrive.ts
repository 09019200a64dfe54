import type pg from 'pg'
import type { DeadLetter, Redriven } from '../queue.ts'
import { isRedacted } from '../redact.ts'

interface StoredLetter extends DeadLetter {
  readonly id: string
}

const atOnce = 500
const nextLetters = `
  select id, body, reason, code, message_id as "messageId", nullif(message_group, '') as "group"
  from billing_sync.dead_letters where queue = $1 and id > $2 order by id limit ${atOnce}`
/** One statement removes a dead letter and adds its message, so that nothing is lost or doubled. */
const sendBack = `
  with gone as (delete from billing_sync.dead_letters where id = any($1) returning id, body, message_group),
    letters as (select * from gone order by id)
  select billing_sync.enqueue(body, 0, nullif(message_group, ''), $2) from letters`

const firstLetters = `
  select body, reason, code, message_id as "messageId", nullif(message_group, '') as "group"
  from billing_sync.dead_letters where queue = $1 order by id limit $2`

/** The oldest dead letters, which stay. */
export async function findLetters(pool: pg.Pool, queue: string, most: number): Promise<readonly DeadLetter[]> {
  const { rows } = await pool.query<DeadLetter & pg.QueryResultRow>(firstLetters, [queue, most])
  return rows.map((letter) => ({ ...letter, group: letter.group ?? undefined }))
}

/** Sends dead letters back, oldest first. */
export async function redriveLetters(pool: pg.Pool, queue: string, most: number): Promise<Redriven> {
  const left: DeadLetter[] = []
  let sent = 0
  for (let last = '0'; sent < most; ) {
    const { rows } = await pool.query<StoredLetter>(nextLetters, [queue, last])
    if (rows.length === 0) break
    last = rows.at(-1)?.id ?? last
    const sendable = rows.filter(({ body }) => !isRedacted(body)).slice(0, most - sent)
    const { rowCount } = await pool.query(sendBack, [sendable.map(({ id }) => id), queue])
    sent += rowCount ?? 0
    left.push(...rows.filter(({ body }) => isRedacted(body)).map(({ id: _, ...letter }) => letter))
  }
  return { sent, left }
}

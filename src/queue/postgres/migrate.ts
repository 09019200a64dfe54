import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from '../../db/connection.ts'
import { codeOf } from '../../db/errors.ts'
import type { PostgresQueue } from './address.ts'

/** Makes the tables and functions of the queues in a database, as the owner of its schema `billing_sync`. It can be repeated. */
export async function migrateQueue(queue: PostgresQueue): Promise<PostgresQueue> {
  const client = await connect(queue.database, 'migrate')
  try {
    await client.query('begin')
    // One process at a time: two that replace one function at the same time would fail.
    await client.query(`select pg_advisory_xact_lock(hashtext('billing-sync-worker queue'))`)
    await client.query(readFileSync(join(import.meta.dirname, 'queue.sql'), 'utf8'))
    await client.query('commit')
    return queue
  } catch (error) {
    throw codeOf(error) === forbidden ? new Error(ownersWork, { cause: error }) : error
  } finally {
    await client.end()
  }
}

const forbidden = '42501'
const ownersWork =
  'migrate: the login of Queue.Url may not make the queue. Migrate as the owner of the schema billing_sync, or of the database.'

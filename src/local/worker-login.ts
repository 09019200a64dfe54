import { Client, DatabaseError, escapeIdentifier } from 'pg'
import { worker } from '../db/schema/tenants.ts'

const taken = new Set(['42710', '23505']) // the role is there; the latter is what the slower of two at the same time gets

/**
 * A login that may do what the worker needs and no more, on a server that asks for no passwords. Needs the migrations,
 * which make the role it is a member of.
 * @returns the same URL for that login
 */
export async function createWorkerLogin(url: string, name = 'billing_sync_local'): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`create role ${escapeIdentifier(name)} login in role ${escapeIdentifier(worker)}`)
  } catch (error) {
    if (!(error instanceof DatabaseError && taken.has(error.code ?? ''))) throw error
  } finally {
    await client.end()
  }
  const login = new URL(url)
  login.username = name
  return login.href
}

import { randomUUID } from 'node:crypto'
import { expect, inject, onTestFinished, test } from 'vitest'
import { checkDatabase } from '../../../src/cli/doctor/database.ts'
import { createDatabase } from '../../../src/local/postgres.ts'
import { openTcpProxy } from '../../faults/tcp-proxy.ts'
import { openTestDatabase } from '../../support/database.ts'
import { asWorker } from '../../support/postgres.ts'
import { collect, configOf, those } from './findings.ts'

const check = (url: string, more: Readonly<Record<string, string>> = {}) =>
  collect(checkDatabase(configOf({ ConnectionStrings__DefaultConnection: `${url}?sslmode=disable`, ...more })))

/** The same database for a new login that is a member of these roles. */
async function loginIn(url: string, query: (text: string) => Promise<unknown>, roles: string): Promise<string> {
  const role = `doctor_${randomUUID().slice(0, 8)}`
  await query(`create role ${role} login ${roles}`)
  onTestFinished(async () => void (await query(`drop owned by ${role} cascade; drop role ${role}`)))
  const login = new URL(url)
  login.username = role
  return login.href
}

test('a database that a worker can work with has nothing to mend', async () => {
  const { url } = await openTestDatabase()
  const findings = await check(asWorker(url))
  expect(those(findings, 'fail')).toEqual([])
  expect(those(findings, 'warn')).toEqual([])
  for (const sentence of [
    /is reached$/,
    /^Postgres \d+/,
    /^the server takes writes$/,
    /tables have all columns of this version$/,
    /^the roles billing_sync_worker and billing_sync_reader are there$/,
    /^row-level security is forced on every table with a tenant$/,
    /may do what the worker does$/,
    /^the connection is direct: notifications arrive$/,
  ])
    expect(
      findings.filter(({ message }) => sentence.test(message)),
      String(sentence),
    ).toMatchObject([{ status: 'ok' }])
})

test('a database that is not configured, not there or of another name fails', async () => {
  expect(those(await collect(checkDatabase(configOf({}))), 'fail')).toEqual([
    expect.stringMatching(/^ConnectionStrings.DefaultConnection is not set → Put it into/),
  ])
  const unreachable = await check('postgres://u@127.0.0.1:1/d')
  expect(those(unreachable, 'fail')).toEqual([expect.stringMatching(/cannot be reached \(ECONNREFUSED\).* → \S/)])
  const { url } = await openTestDatabase()
  const elsewhere = await check(url.replace(/\/[^/]+$/, '/nowhere'))
  expect(those(elsewhere, 'fail')).toEqual([expect.stringMatching(/there is no such database \(3D000\).* → \S/)])
})

test('missing migrations fail for their owner, and missing columns for a login that may not read the list', async () => {
  const empty = await createDatabase(inject('postgres'), `empty_${randomUUID().slice(0, 8)}`)
  expect(those(await check(empty), 'fail')).toEqual([
    expect.stringMatching(/^\d+ migrations of this version are missing → Run npm run migrate/),
  ])
  const { url, query } = await openTestDatabase()
  await query('alter table sync_jobs drop column sent_with cascade')
  expect(those(await check(asWorker(url)), 'fail')).toEqual([
    expect.stringMatching(/tables or columns are missing or differ \(42703\)\. Run npm run migrate.* → Migrate/),
  ])
})

test('a login without the worker’s rights fails, and one with too many is a warning', async () => {
  const { url, query } = await openTestDatabase()
  const stranger = await check(await loginIn(url, query, ''))
  expect(those(stranger, 'fail')).toEqual([expect.stringMatching(/the login may not do that \(42501\)/)])
  const reader = await check(await loginIn(url, query, 'in role billing_sync_reader'))
  expect(those(reader, 'fail')).toEqual([
    expect.stringMatching(/may not write jobs → .*grant billing_sync_worker to "doctor_/),
  ])
  expect(those(await check(url), 'warn')).toEqual([
    expect.stringMatching(/bypasses row-level security \(row_security_bypassed\) → Let the worker use a login/),
  ])
  const owner = await loginIn(url, query, 'in role billing_sync_worker')
  await query(`alter table sync_jobs owner to ${new URL(owner).username}`)
  expect(those(await check(owner), 'warn')).toEqual([expect.stringMatching(/owns the tables \(login_owns_tables\)/)])
})

test('a table without forced row-level security fails, and is named', async () => {
  const { url, query } = await openTestDatabase()
  await query('alter table invoices no force row level security')
  expect(those(await check(asWorker(url)), 'fail')).toEqual([
    'row-level security is not forced on invoices → As the owner: alter table invoices enable row level security, force row level security. Do the same for the others.',
  ])
})

test('a database whose transactions are read-only by default fails', async () => {
  const { url, query } = await openTestDatabase()
  const [row] = await query<{ name: string }>('select current_database() as name')
  await query(`alter database ${row?.name} set default_transaction_read_only = on`)
  expect(those(await check(asWorker(url)), 'fail')).toEqual([
    expect.stringMatching(/^transactions are read-only by default .* → Switch it off/),
  ])
})

test('a database that rounds numbers has no clock that is wrong', async () => {
  const { url, query } = await openTestDatabase()
  const [row] = await query<{ name: string }>('select current_database() as name')
  await query(`alter database ${row?.name} set extra_float_digits = -15`)
  expect(those(await check(asWorker(url)), 'warn')).toEqual([])
})

test('a database whose triggers are switched off fails', async () => {
  const { url, query } = await openTestDatabase()
  const [row] = await query<{ name: string }>('select current_database() as name')
  await query(`alter database ${row?.name} set session_replication_role = replica`)
  expect(those(await check(asWorker(url)), 'fail')).toEqual([
    expect.stringMatching(/^triggers are switched off .* → Set it back/),
  ])
})

test('a connection that delivers no notifications is a warning', async () => {
  const { url } = await openTestDatabase()
  const proxy = await openTcpProxy(url.replace(/^postgres(ql)?:/, 'http:'))
  onTestFinished(() => proxy.close())
  proxy.decide(({ from, text }) => (from === 'server' && text.startsWith('A') ? 'swallow' : 'pass'))
  const pooled = new URL(asWorker(url))
  pooled.host = new URL(proxy.url).host
  expect(those(await check(pooled.href), 'warn')).toEqual([
    expect.stringMatching(/^notifications do not arrive: the connection goes through a pooler → /),
  ])
})

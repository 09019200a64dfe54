import pg from 'pg'
import { expect, test } from 'vitest'
import { classify, codeOf, constraintOf, databaseFailure, tookTooLong } from '../../src/db/errors.ts'

const withCode = (code: string) => Object.assign(new pg.DatabaseError('a value', 7, 'error'), { code })

test.each([
  ['ECONNREFUSED', 'database_unavailable', /^database: the server cannot be reached .+ Check Host and Port of Conn/],
  ['53100', 'database_unavailable', /^database: the server has no disk space left .+ Add disk space to the server/],
  ['53300', 'database_unavailable', /^database: the server has no connection left .+ Raise its max_connections/],
  [
    '57P01',
    'database_unavailable',
    /^database: the server is not available .+ Check the server of ConnectionStrings\.Default/,
  ],
  ['28P01', 'database_error', /^database: the login is refused .+ Check Username and Password of ConnectionStrings\./],
  ['28000', 'database_error', /^database: the login is refused .+ Check Username and Password of ConnectionStrings\./],
  ['3D000', 'database_error', /^database: there is no such database .+ Check Database of ConnectionStrings\.Default/],
  ['42501', 'database_privilege', /^database: the login may not do that .+ a member of billing_sync_worker/],
  ['42P01', 'database_schema', /^database: tables or columns are missing or differ .+ Run npm run migrate/],
  ['XX000', 'database_error', /^database: unexpected error .+ The log has its cause\. Report a bug with it\.$/],
])('%s is said with its code and what to check, and without the values of Postgres', (code, expected, sentence) => {
  const failure = databaseFailure(withCode(code))
  expect(failure).toMatchObject({ verdict: 'retry', code: expected, message: expect.stringMatching(sentence) })
  expect(failure.message).toContain(`(${code})`)
  expect(failure.message).not.toContain('a value')
})

test.each([
  ['a name', { code: 'ENOTFOUND', hostname: 'db.internal' }, 'db.internal'],
  ['an address', { code: 'ECONNREFUSED', address: '10.0.0.7', port: 5432 }, '10.0.0.7:5432'],
  ['an address of IPv6', { code: 'EHOSTUNREACH', address: 'fd00::7', port: 5432 }, '[fd00::7]:5432'],
])('a server that cannot be reached is named by %s', (_, fields, host) => {
  const { message } = databaseFailure(Object.assign(new Error('connect'), fields))
  expect(message).toContain(`database: the server at ${host} cannot be reached (${fields.code}). Check Host and Port`)
})

test('a server with several addresses is named by the first of them', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED', address: '10.0.0.7', port: 5432 })
  const error = Object.assign(new AggregateError([refused, new Error('another')]), { code: 'ECONNREFUSED' })
  expect(databaseFailure(error).message).toContain('the server at 10.0.0.7:5432 cannot be reached (ECONNREFUSED)')
})

/** As Drizzle throws it: the text of the statement, and the error of the driver as the cause. */
const ofDrizzle = (cause: unknown) => Object.assign(new Error('Failed query', { cause }), { query: 'select 1' })

test('code and constraint are those of the driver, also behind the error of Drizzle, and of nothing else', () => {
  const driver = Object.assign(withCode('23505'), { constraint: 'customers_pkey' })
  for (const error of [driver, ofDrizzle(driver)])
    expect([codeOf(error), constraintOf(error)]).toEqual(['23505', 'customers_pkey'])
  const others = [
    undefined,
    'text',
    { code: '23505', constraint: 'customers_pkey' },
    new Error('none'),
    new Error('of another library', { cause: driver }),
    Object.assign(new Error('numbers'), { code: 7, constraint: 7 }),
    ofDrizzle({ code: '23505', constraint: 'customers_pkey' }),
  ]
  for (const error of others) expect([codeOf(error), constraintOf(error)]).toEqual([undefined, undefined])
  expect([tookTooLong(ofDrizzle(withCode('57014'))), tookTooLong(driver), tookTooLong(undefined)]).toEqual([
    true,
    false,
    false,
  ])
})

test.each([
  ['a connection that ended', new Error('Connection terminated unexpectedly'), 'transient'],
  ['a connection that ended, behind Drizzle', ofDrizzle(new Error('Connection terminated')), 'transient'],
  ['an error of Drizzle alone', Object.assign(new Error('Failed query'), { query: 'select 1' }), 'transient'],
  ['a bug of the worker', new TypeError('x is undefined'), 'bug'],
  ['what is no error', undefined, 'bug'],
  ['a value that is nested too deep', new RangeError('Maximum call stack size exceeded'), 'data'],
  ['a socket that was reset', Object.assign(new Error('read'), { code: 'ECONNRESET' }), 'transient'],
  ['a deadlock', withCode('40P01'), 'transient'],
  ['a server without connections', withCode('53300'), 'transient'],
  ['a value that is too long', withCode('22001'), 'data'],
  ['a message that the protocol does not take', withCode('08P01'), 'data'],
  ['a connection that the server refused', withCode('08006'), 'transient'],
  ['a table that is missing', withCode('42P01'), 'schema'],
  ['a schema that is missing', withCode('3F000'), 'schema'],
  ['another state', withCode('XX000'), 'bug'],
])('%s is told apart by its code or kind', (_, error, kind) => {
  expect(classify(error)).toBe(kind)
})

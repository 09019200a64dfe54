import pg from 'pg'
import { expect, test } from 'vitest'
import { databaseFailure } from '../../src/db/errors.ts'

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

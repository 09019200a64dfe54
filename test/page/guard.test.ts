import { describe, expect, test } from 'vitest'
import { createGuard, isCrossSite } from '../../src/page/guard.ts'

const token = 'a token of the page'
const open = (host: string, given: { token?: string; names?: readonly string[] } = {}) =>
  createGuard({ host, token: given.token, names: given.names ?? [] })

describe('who may listen', () => {
  test.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])('%s needs no token', (host) => {
    expect(open(host).isAllowed({})).toBe(true)
  })

  test.each(['0.0.0.0', '::', '10.1.2.3', '203.0.113.9', 'example.com', '127.0.0.1.example.com', '::ffff:127.0.0.1'])(
    '%s refuses to start without a token',
    (host) => {
      expect(() => open(host)).toThrow(
        `page: Page.Listen is ${host}, which others can reach, and Page.Token is not set.`,
      )
      expect(open(host, { token }).isAllowed({})).toBe(false)
    },
  )

  test('a short token is refused, and not shown', () => {
    expect(() => open('0.0.0.0', { token: 'short' })).toThrow(
      'page: Page.Token has 5 characters, and needs at least 16.',
    )
  })
})

describe('who is let in', () => {
  const { isAllowed } = open('0.0.0.0', { token })
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  test.each<[string, string | undefined, boolean]>([
    ['nothing', undefined, false],
    ['the token as a bearer', 'Bearer a%20token', false],
    ['the token as a password', basic(`me:${token}`), true],
    ['the token as a password without a user', basic(`:${token}`), true],
    ['the token as a user', basic(`${token}:`), false],
    ['another password', basic('me:another token of it'), false],
    ['the beginning of the token', basic(`me:${token.slice(0, -1)}`), false],
    ['another scheme', `Digest ${token}`, false],
    ['an empty header', '', false],
  ])('%s', (_, authorization, expected) => {
    expect(isAllowed(authorization === undefined ? {} : { authorization })).toBe(expected)
  })

  test('a bearer token', () => {
    const bearer = open('0.0.0.0', { token: '0123456789abcdef' })
    expect(bearer.isAllowed({ authorization: 'Bearer 0123456789abcdef' })).toBe(true)
    expect(bearer.isAllowed({ authorization: 'Bearer 0123456789abcdeg' })).toBe(false)
  })
})

describe('the name of the server', () => {
  test.each<[string | undefined, boolean]>([
    ['127.0.0.1:8484', true],
    ['localhost', true],
    ['LOCALHOST:1', true],
    ['[::1]:8484', true],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:8484', false],
    [undefined, false],
  ])('%s on loopback', (host, expected) => {
    expect(open('127.0.0.1').isOurs(host)).toBe(expected)
  })

  test('names of Page.Hosts are ours too, and are the only ones elsewhere', () => {
    expect(open('127.0.0.1', { names: ['jobs.example.com'] }).isOurs('jobs.example.com')).toBe(true)
    const named = open('0.0.0.0', { token, names: ['Jobs.Example.com'] })
    expect(named.isOurs('jobs.example.com:443')).toBe(true)
    expect(named.isOurs('localhost')).toBe(false)
    expect(open('0.0.0.0', { token }).isOurs('any.example')).toBe(true)
  })
})

test('the key of a form is that of its action and job, and of the token', () => {
  const { formKey, isFormKey } = open('0.0.0.0', { token })
  expect(isFormKey('cancel 1', formKey('cancel 1'))).toBe(true)
  expect(isFormKey('cancel 2', formKey('cancel 1'))).toBe(false)
  expect(isFormKey('cancel 1', undefined)).toBe(false)
  expect(open('0.0.0.0', { token: `${token}!` }).isFormKey('cancel 1', formKey('cancel 1'))).toBe(false)
  const without = open('127.0.0.1')
  expect(without.isFormKey('cancel 1', without.formKey('cancel 1'))).toBe(false)
})

test.each<[string, Record<string, string>, boolean]>([
  ['a program', { host: 'a' }, false],
  ['the page itself', { host: 'a:1', origin: 'http://a:1', 'sec-fetch-site': 'same-origin' }, false],
  ['the page behind TLS', { host: 'a', origin: 'https://a' }, false],
  ['an address that was typed', { host: 'a', 'sec-fetch-site': 'none' }, false],
  ['another site', { host: 'a', origin: 'https://evil.example' }, true],
  ['another port', { host: 'a:1', origin: 'http://a:2', 'sec-fetch-site': 'same-site' }, true],
  ['a sandboxed frame', { host: 'a', origin: 'null' }, true],
])('a request of %s', (_, headers, expected) => {
  expect(isCrossSite(headers)).toBe(expected)
})

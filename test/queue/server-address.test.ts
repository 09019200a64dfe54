import { expect, test } from 'vitest'
import {
  afterWaiting,
  hasWaited,
  parseServerAddress,
  QueueServerError,
  serverFailure,
} from '../../src/queue/server-address.ts'

test('an address has its server, its user and its queue, with a port and a name where it says none', () => {
  expect(parseServerAddress('amqps://us%40er:p%2Fw@[::1]:5671/v%2Fhost?queue=jobs.eu', 5_672)).toEqual({
    protocol: 'amqps',
    hostname: '::1',
    port: 5_671,
    username: 'us@er',
    password: 'p/w',
    path: 'v%2Fhost',
    queue: 'jobs.eu',
    host: '[::1]:5671',
  })
  expect(parseServerAddress('redis://queues.internal', 6_379)).toEqual({
    ...{ protocol: 'redis', hostname: 'queues.internal', port: 6_379, username: undefined, password: undefined },
    ...{ path: '', queue: 'billing-sync', host: 'queues.internal:6379' },
  })
})

test.each([
  ['secret of a server', /is not an address of the form of a URL/],
  ['redis:///secret', /names no host/],
  ['redis://secret@host/?queue=a&password=secret', /has a parameter that the worker does not know/],
  ['redis://secret@host/?queue=se cret', /is no name of a queue/],
  ['redis://secret@host/?queue=', /is no name of a queue/],
  ['redis://user:secret%zz@host/', /has a "%" that begins no character/],
])('an address that is wrong is refused in words that do not show it (%#)', (text, words) => {
  const refused = { verdict: 'reject', code: 'invalid_setting', message: expect.stringMatching(words) }
  expect(() => parseServerAddress(text, 1)).toThrow(expect.objectContaining(refused))
  expect(() => parseServerAddress(text, 1)).not.toThrow(/secret/)
})

const failed = (error: unknown, password?: string) => serverFailure('redis', { host: 'h:1', password }, error).message

test('a failure of the server is said once, in words, and without the password', () => {
  const words = (what: string) => `redis: the server at h:1 failed: ${what}. Check the server and Queue.Url.`
  expect(failed(new Error('It is away. '))).toBe(words('It is away'))
  expect(failed(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }))).toBe(
    words('connect ECONNREFUSED'),
  )
  expect(failed(Object.assign(new Error('away'), { code: 'EPIPE' }))).toBe(words('away (EPIPE)'))
  expect(failed(Object.assign(new Error('away'), { code: undefined }))).toBe(words('away'))
  expect(failed(new AggregateError([new Error('first'), new Error('second')]))).toBe(words('first'))
  expect(failed(new AggregateError([new Error('first')], 'all of them'))).toBe(words('all of them'))
  expect(failed(new Error(''))).toBe(words('no connection'))
  expect(failed('a text')).toBe(words('a text'))
  expect(failed(new Error('as p"w, p%22w or p\\"w'), 'p"w')).toBe(words('as [secret], [secret] or [secret]'))
  const known = new QueueServerError('said')
  expect(serverFailure('redis', { host: 'h:1', password: undefined }, known)).toBe(known)
})

test('a receive that has waited for its server says so', () => {
  const waited = afterWaiting(new QueueServerError('away'))
  expect(waited).toMatchObject({ message: 'away', hasWaited: true })
  expect([hasWaited(waited), hasWaited(new QueueServerError('away')), hasWaited(new Error('away'))]).toEqual([
    true,
    false,
    false,
  ])
  const other = new Error('other')
  expect(afterWaiting(other)).toBe(other)
})

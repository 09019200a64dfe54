import { expect, test } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { parseServiceBusAddress } from '../../src/queue/service-bus/address.ts'

const server = 'Endpoint=sb://one.servicebus.windows.net/;SharedAccessKeyName=worker;SharedAccessKey=a2V5=='

test('the queue is taken out of the connection string, for the worker uses two', () => {
  expect(parseServiceBusAddress(`${server};EntityPath=events`)).toEqual({
    connectionString: server,
    queue: 'events',
    host: 'one.servicebus.windows.net',
    password: 'a2V5==',
  })
})

test.each([server, `${server};EntityPath=`, `${server};`])(
  'without a name the queue is billing-sync: %s',
  (address) => {
    expect(parseServiceBusAddress(address)).toMatchObject({ connectionString: server, queue: 'billing-sync' })
  },
)

test('names of fields are read in any case, and with spaces around them', () => {
  const address =
    ' ENDPOINT = sb://one.servicebus.windows.net ; sharedAccessSignature = sig&nature ; ENTITYPATH = events'
  expect(parseServiceBusAddress(address)).toEqual({
    connectionString: 'ENDPOINT=sb://one.servicebus.windows.net;sharedAccessSignature=sig&nature',
    queue: 'events',
    host: 'one.servicebus.windows.net',
    password: 'sig&nature',
  })
})

test.each([
  ['no namespace', 'SharedAccessKey=canary', 'queue: Queue.Url names no namespace'],
  ['another protocol', 'Endpoint=https://one.example/;SharedAccessKey=canary', 'queue: Queue.Url names no namespace'],
  ['no key', 'Endpoint=sb://one.example/;Canary=canary', 'queue: Queue.Url has no key'],
  ['an empty key', 'Endpoint=sb://one.example/;SharedAccessKey=;Canary=canary', 'queue: Queue.Url has no key'],
])('an address with %s is refused in words that do not show it', (_, address, sentence) => {
  const failure = failureOf(address)
  expect(failure).toBeInstanceOf(SyncError)
  expect(failure).toMatchObject({ verdict: 'reject', code: 'invalid_setting' })
  expect(String(failure)).toContain(sentence)
  expect(String(failure)).not.toContain('canary')
})

function failureOf(address: string): unknown {
  try {
    return parseServiceBusAddress(address)
  } catch (error) {
    return error
  }
}

import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { SyncError } from '../../src/errors.ts'
import { readAddress } from '../../src/queue/postgres/address.ts'

const ofWorker = parseConnectionString('Host=worker.example;Database=billing;Username=w;Password=p')

test.each([
  ['postgres:', 'billing-sync'],
  ['postgres://', 'billing-sync'],
  ['postgresql:', 'billing-sync'],
  ['postgres:?queue=', 'billing-sync'],
  ['postgres:?queue=events', 'events'],
])('%s is the queue of this name in the database of the worker', (address, name) => {
  expect(readAddress(address, ofWorker)).toEqual({ name, database: ofWorker })
})

test('an address with a server is a queue there, and keeps its other parameters', () => {
  const { name, database } = readAddress('postgres://u:p@queues.example/jobs?queue=events&sslmode=require', ofWorker)
  expect({ name, host: database.host, database: database.database }).toEqual({
    name: 'events',
    host: 'queues.example',
    database: 'jobs',
  })
  expect(database).toEqual(parseConnectionString('postgres://u:p@queues.example/jobs?sslmode=require'))
  expect(readAddress('postgres://u:p@queues.example/jobs', undefined).database.host).toBe('queues.example')
})

test('no server and no database of the worker is refused in words, as is an address that cannot be read', () => {
  const failures = ['postgres:', 'postgres://u:canary@queues.example/jobs?sslmode=perhaps'].map((address) => {
    try {
      return readAddress(address, undefined)
    } catch (error) {
      return error
    }
  })
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(SyncError)
    expect(failure).toMatchObject({ verdict: 'reject', code: 'invalid_setting' })
    expect(String(failure)).not.toContain('canary')
  }
  expect(String(failures[0])).toContain('Set it, or name a server in Queue.Url.')
  expect(String(failures[1])).toContain('queue: Queue.Url ')
})

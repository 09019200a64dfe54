import { randomUUID } from 'node:crypto'
import { expect, inject, onTestFinished, test } from 'vitest'
import { checkEventQueue, checkQueue } from '../../../src/cli/doctor/queue.ts'
import { createDatabase } from '../../../src/local/postgres.ts'
import { openQueue } from '../../../src/local/queue.ts'
import { createSqsQueue } from '../../../src/queue/sqs-on-demand.ts'
import { collect, configOf, those } from './findings.ts'

async function open() {
  const queue = await openQueue()
  onTestFinished(() => queue.close())
  const environment = {
    Queue__Url: queue.url,
    Queue__DeadLetterUrl: queue.deadLetterUrl,
    Queue__Endpoint: queue.endpoint,
    Queue__Region: queue.region,
  }
  return { queue, environment, check: (more = {}) => collect(checkQueue(configOf({ ...environment, ...more }))) }
}

test('a queue that answers is well, and its dead letters are a warning', async () => {
  const { queue, environment, check } = await open()
  await queue.send('{}')
  expect(await check()).toMatchObject([
    { status: 'ok', message: '1 messages wait, 0 in flight, 0 delayed' },
    { status: 'ok', message: 'there are no dead letters' },
  ])
  const letter = { body: '{}', reason: 'r', code: 'c', messageId: 'm' }
  await createSqsQueue(configOf(environment).Queue).deadLetter(letter)
  expect(those(await check(), 'warn')).toEqual([
    'there are 1 dead letters → Read docs/operations.md#deadlettersalarm, and run billing-sync queue redrive.',
  ])
})

test('the queue of live events is checked where it is configured', async () => {
  const { queue, environment } = await open()
  expect(await collect(checkEventQueue(configOf(environment)))).toEqual([])
  const ofEvents = { ...environment, Queue__EventsUrl: queue.url, Queue__EventsDeadLetterUrl: queue.deadLetterUrl }
  const check = (more = {}) => collect(checkEventQueue(configOf({ ...ofEvents, ...more })))
  expect(await check()).toMatchObject([
    { about: 'events', status: 'ok', message: '0 messages wait, 0 in flight, 0 delayed' },
    { about: 'events', status: 'ok', message: 'there are no dead letters' },
  ])
  const letter = { body: '{}', reason: 'r', code: 'c', messageId: 'm' }
  await createSqsQueue(configOf(environment).Queue).deadLetter(letter)
  expect(those(await check(), 'warn')).toEqual([
    'there are 1 dead letters → Read docs/operations.md#eventdeadlettersalarm, and run billing-sync queue redrive --events.',
  ])
  expect(those(await check({ Queue__EventsDeadLetterUrl: '' }), 'fail')).toEqual([
    expect.stringMatching(/^Queue.EventsDeadLetterUrl is not set.* → Put it into/),
  ])
  expect(those(await check({ Queue__EventsUrl: `${queue.url}-other` }), 'fail')).toEqual([
    expect.stringMatching(/^the queue does not answer: .* → Check Queue.EventsUrl/),
  ])
})

test('a queue that is not configured, without a dead-letter queue, or that does not answer fails', async () => {
  expect(those(await collect(checkQueue(configOf({}))), 'fail')).toEqual([
    expect.stringMatching(/^Queue.Url is not set.* → Put it into/),
  ])
  const { check, queue } = await open()
  expect(those(await check({ Queue__DeadLetterUrl: '' }), 'fail')).toEqual([
    expect.stringMatching(/^Queue.DeadLetterUrl is not set.* → Put it into/),
  ])
  expect(those(await check({ Queue__Url: `${queue.url}-other` }), 'fail')).toEqual([
    expect.stringMatching(/^the queue does not answer: .* → Check Queue.Url/),
  ])
  const url = await createDatabase(inject('postgres'), `doctor_${randomUUID().slice(0, 8)}`)
  const without = configOf({ Queue__Url: `${url}?sslmode=disable` })
  expect(those(await collect(checkQueue(without)), 'fail')).toEqual([
    expect.stringMatching(/the database of Queue.Url has no queue.* → Check Queue.Url/),
  ])
})

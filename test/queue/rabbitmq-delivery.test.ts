import type { Message as RabbitMessage } from 'amqplib'
import { expect, test } from 'vitest'
import {
  againOptions,
  freshOptions,
  letterOf,
  letterOptions,
  toMessage,
  waiting,
} from '../../src/queue/rabbitmq/delivery.ts'

/** A delivery as the library hands it over. */
const deliveryOf = (
  headers: Record<string, unknown> | undefined,
  { redelivered = false, ...properties }: Record<string, unknown> = {},
) =>
  ({
    content: Buffer.from('{"n":1}'),
    fields: { redelivered },
    properties: { headers, ...properties },
  }) as unknown as RabbitMessage

const messageOf = (...given: Parameters<typeof deliveryOf>) => toMessage(deliveryOf(...given), 'jobs')

test('a delivery of another program is a message for the first time', () => {
  const delivery = deliveryOf({ group: 'owner-7', traceparent: '00-ab', retry: 2, urgent: true, list: [1], empty: '' })
  expect(toMessage(delivery, 'jobs')).toEqual({
    id: '',
    body: '{"n":1}',
    attributes: { traceparent: '00-ab', retry: '2', urgent: 'true' },
    queue: 'jobs',
    receiveCount: 1,
    sentAt: undefined,
    group: 'owner-7',
    receipt: delivery,
  })
  expect(messageOf(undefined)).toMatchObject({ attributes: {}, receiveCount: 1, group: undefined })
  expect(messageOf({ group: '' }).group).toBeUndefined()
})

test.each([
  [{}, false, 1],
  [{}, true, 2],
  [{ 'x-delivery-count': 2 }, true, 3],
  [{ 'x-delivery-count': 2, 'x-acquired-count': 4 }, true, 5],
  [{ 'x-receives': 3 }, false, 4],
  [{ 'x-receives': 3, 'x-delivery-count': 2 }, true, 6],
  [{ 'x-receives': 'many', 'x-delivery-count': 'some' }, true, 1],
])('the receives of a delivery with %j, redelivered %s, are %i', (headers, redelivered, receives) => {
  expect(messageOf(headers, { redelivered }).receiveCount).toBe(receives)
})

test.each([
  [{ 'x-sent-at': '1790000000123' }, 1_790_000_000, new Date(1_790_000_000_123)],
  [{}, 1_790_000_000, new Date(1_790_000_000_000)],
  [{}, 0, new Date(0)],
  [{}, -1, undefined],
  [{}, 1e300, undefined],
  [{}, undefined, undefined],
  [{ 'x-sent-at': 'yesterday' }, undefined, undefined],
])('a message with the headers %j and the timestamp %s was sent at %s', (headers, timestamp, sentAt) => {
  expect(messageOf(headers, { timestamp }).sentAt).toEqual(sentAt)
})

test('a message that is published again arrives as it was, with its count', () => {
  const sent = new Date(1_790_000_000_123)
  const fresh = freshOptions('m-1', sent, 'owner-7')
  const first = messageOf({ ...fresh.headers, traceparent: '00-ab' }, { messageId: fresh.messageId })
  expect(first).toMatchObject({ id: 'm-1', group: 'owner-7', sentAt: sent, receiveCount: 1 })
  const again = againOptions(first)
  const second = messageOf(again.headers, { messageId: again.messageId })
  expect({ ...second, receipt: 0 }).toEqual({ ...first, receipt: 0, receiveCount: 2 })
})

test('what a message does not have is no property of its copy', () => {
  expect(againOptions(messageOf({}))).toEqual({ contentType: 'application/json', headers: { 'x-receives': 1 } })
  expect(freshOptions('m-1', new Date(5_000), undefined).headers).toEqual({ 'x-sent-at': '5000' })
  expect(letterOptions({ body: '', reason: 'no', code: 'no', messageId: 'm-1' }).headers).toEqual({
    reason: 'no',
    code: 'no',
    messageId: 'm-1',
  })
})

test('a dead letter is read as it was written, and one of RabbitMQ itself has the id of its message', () => {
  const letter = { body: '{"n":1}', reason: 'why', code: 'no', messageId: 'm-1', group: 'owner-7' }
  expect(letterOf(deliveryOf(letterOptions(letter).headers))).toEqual(letter)
  expect(letterOf(deliveryOf({}, { messageId: 'm-2' }))).toEqual({
    body: '{"n":1}',
    reason: '',
    code: '',
    messageId: 'm-2',
    group: undefined,
  })
})

test.each([
  [0, {}],
  [0.0001, { expiration: '1' }],
  [6, { expiration: '6000' }],
  [900, { expiration: '900000' }],
  [Number.POSITIVE_INFINITY, { expiration: '900000' }],
])('a message that waits for %s s has the options %j', (seconds, options) => {
  expect(waiting(seconds)).toEqual(options)
})

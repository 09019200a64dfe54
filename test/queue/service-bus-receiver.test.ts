import { type ServiceBusClient, ServiceBusError } from '@azure/service-bus'
import { expect, test } from 'vitest'
import { openReceiver } from '../../src/queue/service-bus/receiver.ts'

/* A settlement that the server never answers is made again. The links of the stand-in always answer the second one. */

const client = { createReceiver: () => ({ close: async () => {} }) } as unknown as ServiceBusClient

function settle(second: () => Promise<void>) {
  let settlements = 0
  const unanswered = new Promise<void>(() => {})
  return openReceiver(client, 'jobs').settle(() => (settlements++ === 0 ? unanswered : second()))
}

test.each([
  ['the server has it', async () => {}],
  ['the lock is lost', () => Promise.reject(new ServiceBusError('lost', 'MessageLockLost'))],
])('the worker is done with its message where %s', async (_, second) => {
  await expect(settle(second)).resolves.toBeUndefined()
})

test.each([
  ['another failure of the server', new ServiceBusError('gone', 'ServiceTimeout')],
  ['a failure that is not of the server', Object.assign(new Error('odd'), { code: 'MessageLockLost' })],
])('the worker is not done with its message after %s', async (_, failure) => {
  await expect(settle(() => Promise.reject(failure))).rejects.toBe(failure)
})

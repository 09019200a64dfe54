import { type ServiceBusClient, ServiceBusError } from '@azure/service-bus'
import { expect, test } from 'vitest'
import { openReceiver } from '../../src/queue/service-bus/receiver.ts'

/* A settlement that the server does not answer is made again. The stand-in always answers the second one. */

const client = { createReceiver: () => ({ close: async () => {} }) } as unknown as ServiceBusClient

function settle(second: () => Promise<void>) {
  // The library gives the first one up later.
  let giveUp = () => {}
  const first = new Promise<void>((_, reject) => {
    giveUp = () => reject(new Error('no answer'))
  })
  let settlements = 0
  return openReceiver(client, 'jobs').settle(() => (settlements++ === 0 ? first : second().finally(giveUp)))
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

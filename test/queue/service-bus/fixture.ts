import { setTimeout } from 'node:timers/promises'
import { ServiceBusClient } from '@azure/service-bus'
import type { QueueFixture } from '../../contracts/queue-fixture.ts'
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'

/** An empty stand-in. Its lock is longer than a test works on a message. */
export async function openServiceBusFixture(options: Partial<StandInOptions> = {}) {
  const standIn = await startStandIn({ lockMs: 15_000, ...options })
  return { ...fixtureOf(standIn), standIn }
}

function fixtureOf(standIn: StandIn): QueueFixture {
  const restart = async () => {
    await standIn.stop()
    await setTimeout(300)
    await standIn.start()
  }
  return {
    options: { url: standIn.url },
    // As docs/messages.md says.
    async sendAsOthers(body, { group, delaySeconds = 0 }) {
      const client = new ServiceBusClient(standIn.url)
      const sender = client.createSender('jobs')
      await sender.sendMessages({
        body: Buffer.from(body),
        contentType: 'application/json',
        applicationProperties: group === undefined ? {} : { group },
        ...(delaySeconds > 0 ? { scheduledEnqueueTimeUtc: new Date(Date.now() + delaySeconds * 1_000) } : {}),
      })
      await client.close()
    },
    async deadLetters() {
      const letters = standIn.queue('jobs-dead').ready
      return letters.map(({ amqp }) => {
        const { reason = '', code = '', messageId = '' } = amqp.application_properties ?? {}
        return { body: Buffer.from(amqp.body.content ?? amqp.body).toString(), reason, code, messageId }
      })
    },
    restart,
    losses: { 'its connection is cut': restart },
    unfair: 'Azure Service Bus serves messages in the order in which they came, and is not fair to groups.',
    close: () => standIn.close(),
  }
}

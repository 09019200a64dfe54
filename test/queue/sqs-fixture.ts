import { setTimeout } from 'node:timers/promises'
import { openQueue } from '../../src/local/queue.ts'
import type { QueueFixture } from '../contracts/queue-fixture.ts'
import { openTcpProxy } from '../faults/tcp-proxy.ts'

/**
 * SQS, embedded, behind a proxy. The queue allows far more receives than the tests, so that the worker gives up a message
 * before SQS does, which would keep its secrets.
 */
export async function openSqsFixture(): Promise<QueueFixture> {
  const local = await openQueue({ maxReceiveCount: 1_000, visibilityTimeoutSeconds: 60 })
  const proxy = await openTcpProxy(local.endpoint)
  return {
    options: { url: local.url, deadLetterUrl: local.deadLetterUrl, endpoint: proxy.url, region: local.region },
    sendAsOthers: async (body, as) => void (await local.send(body, as)),
    async deadLetters() {
      const letters = await local.deadLetters()
      return letters.map(({ body, attributes: { reason = '', code = '', messageId = '', group } }) => ({
        body,
        reason,
        code,
        messageId,
        group,
      }))
    },
    // SQS itself does not restart. For a while each call to it fails.
    async restart() {
      proxy.decide(() => 'cut-before')
      proxy.cutAll()
      await setTimeout(300)
      proxy.decide(() => 'pass')
    },
    losses: { 'its connections are cut': async () => proxy.cutAll() },
    unfair: 'The embedded SQS of this project serves no group before another.',
    ageless: 'SQS tells the age of its oldest message to CloudWatch only.',
    async close() {
      await proxy.close()
      await local.close()
    },
  }
}

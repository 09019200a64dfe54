import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type { QueueFixture } from '../contracts/queue-fixture.ts'
import { type RedisServer, startRedis } from './redis-server.ts'

export interface RedisFixtures {
  readonly server: RedisServer
  /** A connection of the test's own. */
  readonly redis: Redis
  openQueue(name?: string): Promise<QueueFixture>
  close(): Promise<void>
}

export async function openRedisFixtures(): Promise<RedisFixtures> {
  const server = await startRedis()
  const redis = new Redis(server.url, { retryStrategy: () => 50 })
  redis.on('error', () => {})
  return {
    server,
    redis,
    async openQueue(name = `queue-${randomUUID().slice(0, 8)}`) {
      return {
        options: { url: `${server.url}?queue=${name}` },
        // As docs/messages.md says.
        async sendAsOthers(body, { group, delaySeconds = 0 }) {
          const fields = { body, ...(group === undefined ? {} : { group }) }
          if (delaySeconds === 0) await redis.xadd(`{${name}}`, '*', ...Object.entries(fields).flat())
          else {
            const delayed = JSON.stringify({ id: randomUUID(), ...fields })
            await redis.zadd(`{${name}}:delayed`, Date.now() + delaySeconds * 1_000, delayed)
          }
        },
        async deadLetters() {
          const entries = await redis.xrange(`{${name}}:dead`, '-', '+')
          return entries.map(([, fields]) => {
            const values = Object.fromEntries(
              fields.flatMap((field, at) => (at % 2 === 0 ? [[field, fields[at + 1] ?? '']] : [])),
            )
            const { body = '', reason = '', code = '', messageId = '' } = values
            return { body, reason, code, messageId }
          })
        },
        async restart() {
          await server.stop('SIGKILL')
          await server.start()
        },
        losses: {
          'its connections are cut': async () => {
            await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
          },
          'the consumer group is gone': async () => {
            await redis.xgroup('DESTROY', `{${name}}`, 'workers')
          },
        },
        unfair: 'Redis Streams serves messages in the order in which they came, and is not fair to groups.',
        async close() {},
      }
    },
    async close() {
      redis.disconnect()
      await server.remove()
    },
  }
}

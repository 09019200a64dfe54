import { afterAll, beforeAll, describe } from 'vitest'
import { exerciseTransport } from '../live/exercise-transport.ts'
import { openRabbitFixtures, type RabbitFixtures } from './rabbitmq-fixture.ts'
import { openRedisFixtures, type RedisFixtures } from './redis-fixture.ts'

/* Live events on the servers of Debian's packages. `npm run test:brokers` runs this. */

describe('Redis Streams', () => {
  let fixtures: RedisFixtures
  beforeAll(async () => {
    fixtures = await openRedisFixtures()
  })
  afterAll(() => fixtures?.close())
  exerciseTransport('Redis Streams', () => fixtures.openQueue())
})

describe('RabbitMQ', () => {
  let fixtures: RabbitFixtures
  beforeAll(async () => {
    fixtures = await openRabbitFixtures()
  })
  afterAll(() => fixtures?.close())
  exerciseTransport('RabbitMQ', () => fixtures.openQueue())
})

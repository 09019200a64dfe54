import { afterAll, beforeAll } from 'vitest'
import { exerciseContainers } from '../queue/exercise-containers.ts'
import { openRedisFixtures, type RedisFixtures } from './redis-fixture.ts'

let fixtures: RedisFixtures
beforeAll(async () => {
  fixtures = await openRedisFixtures()
})
afterAll(() => fixtures?.close())

exerciseContainers('Redis Streams', () => fixtures.openQueue())

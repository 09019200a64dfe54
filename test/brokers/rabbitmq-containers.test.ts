import { afterAll, beforeAll } from 'vitest'
import { exerciseContainers } from '../queue/exercise-containers.ts'
import { openRabbitFixtures, type RabbitFixtures } from './rabbitmq-fixture.ts'

let fixtures: RabbitFixtures
beforeAll(async () => {
  fixtures = await openRabbitFixtures()
})
afterAll(() => fixtures?.close())

exerciseContainers('RabbitMQ', () => fixtures.openQueue())

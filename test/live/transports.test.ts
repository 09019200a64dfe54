import { afterAll, beforeAll } from 'vitest'
import { openPostgresServer, type PostgresServer } from '../queue/postgres-fixture.ts'
import { openServiceBusFixture } from '../queue/service-bus/fixture.ts'
import { openSqsFixture } from '../queue/sqs-fixture.ts'
import { exerciseTransport } from './exercise-transport.ts'

/* Live events on the transports that need no server of their own. For the others see test/brokers/events.test.ts. */

let server: PostgresServer
beforeAll(async () => {
  server = await openPostgresServer()
})
afterAll(() => server?.close())

exerciseTransport('SQS', openSqsFixture)
exerciseTransport('Postgres', () => server.openQueue())
exerciseTransport('Azure Service Bus', openServiceBusFixture)

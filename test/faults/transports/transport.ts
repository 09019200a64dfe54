import { openRabbitFixtures } from '../../brokers/rabbitmq-fixture.ts'
import { openRedisFixtures } from '../../brokers/redis-fixture.ts'
import type { QueueFixture } from '../../contracts/queue-fixture.ts'
import { openPostgresServer } from '../../queue/postgres-fixture.ts'
import { openServiceBusFixture } from '../../queue/service-bus/fixture.ts'
import { openSqsFixture } from '../../queue/sqs-fixture.ts'
import type { TransportName } from './transport-name.ts'

/** A server on which queues are opened. It must be closed. */
export interface Transport {
  readonly name: TransportName
  /** A new queue. It must be closed. */
  openQueue(): Promise<QueueFixture>
  close(): Promise<void>
}

/** The lock of the stand-in for Service Bus: the shortest that Azure allows. */
const lockMs = 5_000

/** @throws Error that names the packages of a server that is not installed */
export const openTransport: Readonly<Record<TransportName, () => Promise<Transport>>> = {
  sqs: async () => ({ name: 'sqs', openQueue: openSqsFixture, async close() {} }),
  postgres: async () => ({ name: 'postgres', ...(await openPostgresServer()) }),
  rabbitmq: async () => ({ name: 'rabbitmq', ...(await openRabbitFixtures()) }),
  redis: async () => ({ name: 'redis', ...(await openRedisFixtures()) }),
  'service-bus': async () => ({
    name: 'service-bus',
    openQueue: () => openServiceBusFixture({ lockMs }),
    async close() {},
  }),
}

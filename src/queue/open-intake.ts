import { SyncError } from '../errors.ts'
import type { Intake, IntakeOptions } from './queue.ts'
import { addressForms, type TransportName, transportOf } from './transport-name.ts'

interface Transport {
  /** @throws SyncError with verdict `reject` if the address is wrong, else Error if the queue is away or not there yet */
  open(options: IntakeOptions): Promise<Intake>
}

/** Each is a file of its own with its own client library, which only a worker with that queue loads. */
const transports: Readonly<Record<TransportName, () => Promise<Transport>>> = {
  sqs: () => import('./sqs-intake.ts'),
  postgres: () => import('./postgres.ts'),
  rabbitmq: () => import('./rabbitmq.ts'),
  'redis-streams': () => import('./redis-streams.ts'),
  'service-bus': () => import('./service-bus.ts'),
}

/** Opens the queue of an address; its scheme chooses the transport. @throws as the transport's `open` does */
export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const name = transportOf(options.url)
  if (name === undefined)
    throw new SyncError(
      'reject',
      'invalid_setting',
      `queue: Queue.Url is the address of no queue that the worker knows. Use ${addressForms}.`,
    )
  const transport = await transports[name]()
  return transport.open(options)
}

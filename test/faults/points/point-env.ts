import { openRoom, type Room } from '../fault-env.ts'
import { openPostgresProxy, type PostgresProxy } from '../postgres-proxy.ts'
import { openQueueProxy, type QueueProxy } from '../queue-proxy.ts'
import { shortLease } from '../short-lease.ts'
import type { WorkerProcess } from '../worker.ts'

/** A room whose worker reaches Postgres and the queue through proxies that know when it is to die. */
export interface Booth {
  readonly room: Room
  readonly postgres: PostgresProxy
  readonly queue: QueueProxy
  openVictim(): Promise<WorkerProcess>
  close(): Promise<void>
}

export async function openBooth(lane: number): Promise<Booth> {
  const settings = { ...shortLease.settings, Stripe__EndpointRequestsPerSecond: '4' }
  const room = await openRoom({ ...shortLease, sandbox: { customers: 50, seed: lane + 1, latencyMs: 5 }, settings })
  const postgres = await openPostgresProxy(room.url)
  const queue = await openQueueProxy(room.queue.endpoint)
  return {
    room,
    postgres,
    queue,
    openVictim: () =>
      room.openWorker({ ConnectionStrings__DefaultConnection: postgres.url, Queue__Endpoint: queue.endpoint }),
    async close() {
      await room.close()
      await Promise.all([postgres.close(), queue.close()])
    },
  }
}

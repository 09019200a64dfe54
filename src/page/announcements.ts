import type { ConnectionSettings } from '../config/connection-string.ts'
import { connect } from '../db/connection.ts'

/**
 * Listens on the channel `sync_jobs` until it is closed, and calls `onAnnounced` for each step of a job. A connection that
 * breaks is opened again. Through a pooler in transaction mode nothing is heard, and the page polls.
 */
export function listenForAnnouncements(settings: ConnectionSettings, onAnnounced: () => void) {
  let stop = () => {}
  let isClosed = false
  const ended = new Promise<void>((resolve) => {
    stop = resolve
  })
  const listen = async () => {
    const client = await connect(settings, 'page')
    const broken = new Promise<void>((resolve) => client.once('end', resolve))
    client.on('notification', onAnnounced)
    try {
      await client.query('listen sync_jobs')
      // What was announced before this connection was there.
      onAnnounced()
      await Promise.race([broken, ended])
    } finally {
      await client.end().catch(() => {})
    }
  }
  const run = async () => {
    for (let pause = 1_000; !isClosed; pause = Math.min(30_000, pause * 2)) {
      const began = performance.now()
      await listen().catch(() => {})
      // A connection that held for a while begins anew.
      if (performance.now() - began > 30_000) pause = 1_000
      await Promise.race([ended, new Promise<void>((resolve) => void setTimeout(resolve, pause).unref())])
    }
  }
  const running = run()
  return {
    async close(): Promise<void> {
      isClosed = true
      stop()
      await running
    },
  }
}

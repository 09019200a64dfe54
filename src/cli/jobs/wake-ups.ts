import { EventEmitter, once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { ConnectionSettings } from '../../config/connection-string.ts'
import { connect } from '../../db/connection.ts'

/** Wakes a command that polls as soon as Postgres announces a step of a job. */
export interface WakeUps {
  /** Resolves after an announcement, after `ms` at the latest, and at once when the signal is aborted. */
  next(ms: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Announcements that follow each other within this time wake the command once. */
const pauseMs = 100

/** Listens on the channel `sync_jobs`. A pooler in transaction mode delivers nothing there: the command polls then. */
export async function openWakeUps(settings: ConnectionSettings): Promise<WakeUps> {
  const client = await connect(settings, 'jobs watch')
  const announced = new EventEmitter()
  client.on('notification', () => announced.emit('step'))
  await client.query('listen sync_jobs')
  return {
    async next(ms, signal) {
      const stop = new AbortController()
      const either = AbortSignal.any([stop.signal, signal])
      const step = once(announced, 'step', { signal: either })
      await Promise.race([step, setTimeout(ms, undefined, { signal: either })])
        .then(() => setTimeout(pauseMs, undefined, { signal }))
        .catch(() => {})
      stop.abort()
      await step.catch(() => {})
    },
    close: () => client.end(),
  }
}

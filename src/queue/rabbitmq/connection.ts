import { setTimeout as sleep } from 'node:timers/promises'
import { afterWaiting, serverFailure } from '../server-address.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

/** Keeps one session, and opens another one when it is lost. */
export interface Connection {
  /** @throws Error in words if the server is away, after a few attempts */
  session(): Promise<Session>
  /**
   * The session for a receiver. It fails at once when the server goes away, so that the outage is logged. After that it
   * tries for half a minute: the receiver is back within a second after the server, however long it was away.
   */
  sessionOfReceiver(signal: AbortSignal): Promise<Session>
  close(): Promise<void>
}

const betweenMs = 500
/** A call waits so long for a server that restarts. */
const attempts = 6
const attemptsOfReceiver = 60

export function createConnection(options: SessionOptions): Connection {
  let current: Promise<Session> | undefined
  let away = false

  const open = () => {
    const opening = openSession(options)
    const forget = () => {
      if (current === opening) current = undefined
    }
    opening.then(({ lost }) => lost.addEventListener('abort', forget), forget)
    return opening
  }
  const once = async () => {
    current ??= open()
    const session = await current
    // It may have been lost meanwhile.
    session.lost.throwIfAborted()
    return session
  }
  const repeatedly = async (times: number, signal?: AbortSignal): Promise<Session> => {
    for (let left = times; ; left--) {
      try {
        return await once()
      } catch (error) {
        if (left <= 1 || signal?.aborted) throw serverFailure('rabbitmq', options.address, error)
        await sleep(betweenMs, undefined, signal ? { signal } : {}).catch(() => {})
      }
    }
  }

  return {
    session: () => repeatedly(attempts),
    async sessionOfReceiver(signal) {
      try {
        const session = await repeatedly(away ? attemptsOfReceiver : 1, signal)
        away = false
        return session
      } catch (error) {
        const waited = away
        away = true
        throw waited ? afterWaiting(error) : error
      }
    },
    async close() {
      const closing = current
      current = undefined
      const session = await closing?.catch(() => undefined)
      await session?.close()
    },
  }
}

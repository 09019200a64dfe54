import type pg from 'pg'

/**
 * Hears when a message is sent, so that an idle worker does not ask all the time. Through a pooler in transaction mode it
 * hears nothing, and cannot tell: every wait has an end.
 */
export interface Wake {
  /** Resolves at a message, after `ms`, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

const channel = 'billing_sync_queue'
/** How long an idle worker waits before it asks, where no notification and no delayed message wakes it. */
const longestWaitMs = 2_000

/** Listens for as long as the connection lives, and connects again at the next wait. */
export function createWake(name: string, connect: () => Promise<pg.Client>): Wake {
  let listening: Promise<pg.Client | undefined> | undefined
  let heard = false
  let end = () => {}
  const listen = async () => {
    const client = await connect()
    const forget = () => {
      listening = undefined
    }
    client.on('end', forget)
    client.on('notification', ({ payload }) => {
      if (payload !== name) return
      heard = true
      end()
    })
    await client.query(`listen ${channel}`)
    return client
  }
  const open = () => {
    // Without notifications the worker only hears later.
    listening ??= listen().catch(() => {
      listening = undefined
      return undefined
    })
    return listening
  }
  return {
    async wait(ms, signal) {
      await open()
      if (!heard && !signal.aborted)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          end = () => {
            clearTimeout(timer)
            resolve()
          }
          signal.addEventListener('abort', end, { once: true })
        })
      signal.removeEventListener('abort', end)
      heard = false
    },
    async close() {
      const client = await listening
      await client?.end()
    },
  }
}

/** Milliseconds until an idle worker asks again. `ms`: until the next delayed message, as Postgres says it; null without one. */
export function waitUntil(ms: string | null | undefined): number {
  return ms === null || ms === undefined ? longestWaitMs : Math.min(longestWaitMs, Math.max(5, Math.ceil(Number(ms))))
}

import { backOff, type Clock } from '../clock.ts'
import { classify, databaseFailure } from './errors.ts'

/** How often the database is tried again while its connection or server is away: about half a minute in all. */
export const patience = { tries: 12, base: 100, cap: 5_000 } as const

/** Waits before another try. @throws the error as a SyncError where another try makes no sense, or patience or time is over */
export async function waitOrThrow(error: unknown, tries: number, clock: Clock, signal: AbortSignal): Promise<void> {
  if (classify(error) !== 'transient' || tries >= patience.tries || signal.aborted) throw databaseFailure(error)
  await clock.sleep(backOff(tries, patience, clock.random), signal).catch(() => Promise.reject(databaseFailure(error)))
}

/** Reads from the database, again where its connection breaks. @throws SyncError */
export async function patiently<T>(read: () => Promise<T>, clock: Clock, signal: AbortSignal): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await read()
    } catch (error) {
      await waitOrThrow(error, tries, clock, signal)
    }
  }
}

/** A delivery's first and last statement are tried again this often: the queue waits better than a worker. */
const triesAtTheEdge = 4

/** Claims a job or stores how its delivery ended, again where the connection breaks. @throws SyncError */
export async function insistently<T>(write: () => Promise<T>, clock: Clock): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (classify(error) !== 'transient' || tries >= triesAtTheEdge) throw databaseFailure(error)
      await clock.sleep(backOff(tries, patience, clock.random))
    }
  }
}

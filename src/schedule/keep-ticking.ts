import type { Clock } from '../clock.ts'
import type { OpenDatabase } from '../db/open.ts'
import { type TickDeps, tick } from './tick.ts'

const minuteMs = 60_000

export interface TickingDeps extends Omit<TickDeps, 'database'> {
  readonly clock: Clock
  /** A connection of its own. Asked again in the next minute if it fails. */
  open(): Promise<Pick<OpenDatabase, 'schedules' | 'close'>>
}

/**
 * Ticks each minute until `signal` is aborted. Of several processes one has its turn at a time, and another has it as soon
 * as that one dies. Never rejects: a tick that fails is logged, and the next minute has another.
 */
export async function keepTicking({ open, clock, ...deps }: TickingDeps, signal: AbortSignal): Promise<void> {
  let database: Awaited<ReturnType<typeof open>> | undefined
  while (!signal.aborted) {
    const began = clock.now()
    try {
      database ??= await open()
      await tick({ ...deps, database }, signal)
    } catch (error) {
      if (!signal.aborted)
        deps.log.error('a tick could not be made; the next minute has another', { event: 'tick_failed' }, error)
    }
    await clock.sleep(Math.max(0, minuteMs - (clock.now() - began)), signal).catch(() => {})
  }
  await database?.close().catch(() => {})
}

import type { Clock } from '../clock.ts'
import { type TickDeps, tick } from './tick.ts'

const minuteMs = 60_000

/**
 * Ticks each minute until `signal` is aborted. Of several processes one has its turn at a time, and another has it as soon
 * as that one dies. Never rejects: a tick that fails is logged, and the next minute has another.
 */
export async function keepTicking(deps: TickDeps & { readonly clock: Clock }, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  while (!signal.aborted) {
    const began = clock.now()
    try {
      await tick(deps, signal)
    } catch (error) {
      if (!signal.aborted)
        log.error('a tick could not be made; the next minute has another', { event: 'tick_failed' }, error)
    }
    await clock.sleep(Math.max(0, minuteMs - (clock.now() - began)), signal).catch(() => {})
  }
}

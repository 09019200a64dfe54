import { exitCodes } from './exit-codes.ts'

/** A second Ctrl-C sends this signal too: npm passes on the signal that the terminal has sent to all processes. */
const sameKeyMs = 500

export interface Interrupt {
  /** Aborted by the first Ctrl-C: the work is to end in good order. */
  readonly signal: AbortSignal
  close(): void
}

/** Listens for Ctrl-C and SIGTERM. The second one calls `abandon`, once, and then ends the process with 130. */
export function listenForInterrupt(onFirst: () => void, abandon: () => Promise<void>): Interrupt {
  const controller = new AbortController()
  let firstAt = Number.NEGATIVE_INFINITY
  const onSignal = () => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      onFirst()
      controller.abort()
    } else if (performance.now() - firstAt > sameKeyMs) {
      close()
      // A third one ends the process at once: its server is told to stop as it exits.
      process.once('SIGINT', () => process.exit(exitCodes.interrupted))
      void abandon().finally(() => process.exit(exitCodes.interrupted))
    }
  }
  const close = () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return { signal: controller.signal, close }
}

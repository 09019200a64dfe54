import { setTimeout } from 'node:timers/promises'
import type { LiveAccount } from '../../local/live-account.ts'

/** Draws changes until one is possible: an account may have nothing that can be refunded. */
const drawsAtMost = 20

/** Changes the account at the given rate, in changes a second, until it is asked to stop. */
export async function keepChanging(
  account: LiveAccount,
  { rate, onChange }: { readonly rate: number; onChange(): void },
  stop: AbortSignal,
): Promise<void> {
  const began = performance.now()
  for (let number = 1; !stop.aborted; number++) {
    for (let draw = 0; draw < drawsAtMost; draw++) if (account.change()) break
    onChange()
    const wait = began + (number * 1_000) / rate - performance.now()
    await setTimeout(Math.max(0, wait), undefined, { signal: stop }).catch(() => {})
  }
}

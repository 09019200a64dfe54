import { setTimeout } from 'node:timers/promises'

/** Waits until it is so, for at most so many milliseconds. @returns whether it is */
export async function waitFor(isSo: () => boolean, ms: number): Promise<boolean> {
  const until = performance.now() + ms
  while (!isSo()) {
    if (performance.now() > until) return false
    await setTimeout(50)
  }
  return true
}

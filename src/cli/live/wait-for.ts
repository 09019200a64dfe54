import { setTimeout } from 'node:timers/promises'

/** Waits until the condition holds, for at most the given milliseconds. @returns whether it holds */
export async function waitFor(isSo: () => boolean, ms: number): Promise<boolean> {
  const until = performance.now() + ms
  while (!isSo()) {
    if (performance.now() > until) return false
    await setTimeout(50)
  }
  return true
}

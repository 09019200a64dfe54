import { behindSeconds } from './world.ts'

interface Clocked {
  advance(seconds: number): void
}

/** The clock of a provider, which begins far back: `options` for its sandbox, and `begin` once that is open. */
export function openClock(now: number | undefined) {
  const populatedUntil = Math.floor(Date.now() / 1_000) - behindSeconds - 60
  return {
    options: { populatedUntil, ...(now !== undefined && { now }) },
    begin: ({ advance }: Clocked) => advance(-behindSeconds),
  }
}

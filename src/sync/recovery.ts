import type { Clock } from '../clock.ts'

/**
 * The share of a ceiling that is used: all of it, less after a limit error of the provider. Additive increase,
 * multiplicative decrease: an error halves the share, and each second after raises it by a twentieth of the ceiling.
 *
 * A second error before the share has been whole for a minute shows that the provider may allow less than the ceiling. The
 * share at which it came is remembered: the next climb is slow where it comes near. Each further error at about that share
 * makes the climb slower. A share that passes it climbs fast again.
 */
export interface Recovery {
  /** From 0.02 to 1. */
  share(): number
  /** Halves the share. */
  lower(): void
}

/** Where the provider's limit seems to be. */
interface Level {
  readonly share: number
  /** The seconds of the slow climb up to it. */
  readonly seconds: number
}

const fastPerSecond = 0.05
const leastShare = 0.02
/** Seconds at the whole ceiling after which an error is the first again. */
const settledSeconds = 60
/** The slow climb begins and ends at these multiples of the level. */
const slow = { from: 0.85, to: 1.1 } as const
/** An error from this multiple of the level on shows the same level again. */
const sameFrom = 0.95
/** The seconds of the first slow climb, which double with each error at the same level. */
const slowSeconds = { least: 15, most: 60 } as const

export function createRecovery(clock: Clock): Recovery {
  let lowered: { readonly share: number; readonly at: number } | undefined
  let level: Level | null = null

  const climbed = () =>
    lowered === undefined
      ? { share: 1, wholeFor: Number.POSITIVE_INFINITY }
      : climb(lowered.share, (clock.now() - lowered.at) / 1_000, level)
  return {
    share: () => climbed().share,
    lower() {
      const { share, wholeFor } = climbed()
      level = wholeFor < settledSeconds ? { share, seconds: secondsAfter(level, share) } : null
      lowered = { share: Math.max(leastShare, share / 2), at: clock.now() }
    },
  }
}

/** The seconds of the slow climb after an error at this share. */
function secondsAfter(level: Level | null, share: number): number {
  const isSame = level !== null && share >= sameFrom * level.share && share <= slow.to * level.share
  return isSame ? Math.min(slowSeconds.most, 2 * level.seconds) : slowSeconds.least
}

/** The share after so many seconds of climbing, and for how many of them it has been whole. */
function climb(from: number, seconds: number, level: Level | null) {
  let [share, left] = [from, seconds]
  for (const { to, perSecond } of stagesTo(level)) {
    const needed = Math.max(0, (to - share) / perSecond)
    if (left < needed) return { share: share + left * perSecond, wholeFor: 0 }
    share = Math.max(share, to)
    left -= needed
  }
  return { share, wholeFor: left }
}

function stagesTo(level: Level | null) {
  const fast = { to: 1, perSecond: fastPerSecond }
  if (!level) return [fast]
  const perSecond = Math.min(fastPerSecond, ((1 - slow.from) * level.share) / level.seconds)
  return [
    { to: Math.min(1, slow.from * level.share), perSecond: fastPerSecond },
    { to: Math.min(1, slow.to * level.share), perSecond },
    fast,
  ]
}

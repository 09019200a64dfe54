/**
 * Each group's messages in flight and its share of the consumers' recent time, as SQS watches them to tell noisy groups:
 * docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html. How recent is not
 * documented; here it fades by 1/e in five minutes.
 */
export interface Shares {
  took(group: number, now: number): void
  left(group: number, now: number): void
  inFlight(group: number): number
  /** More than a tenth of what is in flight and at least 30 of it, or more than a tenth of the recent time. */
  noisy(group: number, now: number): boolean
}

const tenth = 0.1
const leastInFlight = 30
const fading = 300

export function createShares(): Shares {
  const groups = new Map<number, Fading>()
  const all = fade()
  const groupUse = (group: number) => {
    const known = groups.get(group)
    if (known) return known
    const fresh = fade()
    groups.set(group, fresh)
    return fresh
  }
  const change = (group: number, by: number, now: number) => {
    for (const use of [groupUse(group), all]) {
      settle(use, now)
      use.inFlight += by
    }
  }
  return {
    took: (group, now) => change(group, 1, now),
    left: (group, now) => change(group, -1, now),
    inFlight: (group) => groups.get(group)?.inFlight ?? 0,
    noisy(group, now) {
      const share = groups.get(group)
      if (!share) return false
      if (share.inFlight >= leastInFlight && share.inFlight > tenth * all.inFlight) return true
      return settle(share, now) > tenth * settle(all, now)
    },
  }
}

interface Fading {
  inFlight: number
  /** Seconds in flight, the older the less. */
  time: number
  at: number
}

const fade = (): Fading => ({ inFlight: 0, time: 0, at: 0 })

function settle(use: Fading, now: number): number {
  if (now > use.at) {
    const decay = Math.exp((use.at - now) / fading)
    use.time = use.time * decay + use.inFlight * fading * (1 - decay)
    use.at = now
  }
  return use.time
}

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
  const of = (group: number) => {
    const known = groups.get(group)
    if (known) return known
    const fresh = fade()
    groups.set(group, fresh)
    return fresh
  }
  const change = (group: number, by: number, now: number) => {
    for (const one of [of(group), all]) {
      settle(one, now)
      one.inFlight += by
    }
  }
  return {
    took: (group, now) => change(group, 1, now),
    left: (group, now) => change(group, -1, now),
    inFlight: (group) => groups.get(group)?.inFlight ?? 0,
    noisy(group, now) {
      const own = groups.get(group)
      if (!own) return false
      if (own.inFlight >= leastInFlight && own.inFlight > tenth * all.inFlight) return true
      return settle(own, now) > tenth * settle(all, now)
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

function settle(one: Fading, now: number): number {
  if (now > one.at) {
    const kept = Math.exp((one.at - now) / fading)
    one.time = one.time * kept + one.inFlight * fading * (1 - kept)
    one.at = now
  }
  return one.time
}

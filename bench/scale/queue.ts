import { createShares } from './share.ts'

/** A standard queue's visible messages. */
export interface Queue<Message> {
  /** A message becomes visible. */
  arrive(message: Message, now: number): void
  /** The next for a consumer, which has it in flight from now on. */
  receive(now: number): Message | undefined
  /** A message in flight is deleted. */
  delete(message: Message, now: number): void
}

/** The oldest first, which a standard queue does as far as it can. */
export function createPlainQueue<Message>(): Queue<Message> {
  const line = createLine<Message>()
  return { arrive: line.push, receive: line.shift, delete() {} }
}

/**
 * With message groups: the oldest of a quiet group first; only where there is none, the oldest of the noisy group that has
 * the fewest in flight. Messages of noisy groups are put aside as they come up, so that a receive looks at few.
 */
export function createFairQueue<Message>(groupOf: (message: Message) => number): Queue<Message> {
  const shares = createShares()
  const line = createLine<Waiting<Message>>()
  const aside = new Map<number, Line<Waiting<Message>>>()

  function putNoisyAside(now: number): void {
    for (let head = line.peek(); head && shares.noisy(head.group, now); head = line.peek()) {
      line.shift()
      const groupLine = aside.get(head.group) ?? createLine()
      groupLine.push(head)
      aside.set(head.group, groupLine)
    }
  }

  function choose(now: number): Line<Waiting<Message>> {
    putNoisyAside(now)
    let best = line
    let fewest: Line<Waiting<Message>> | undefined
    let least = Number.POSITIVE_INFINITY
    for (const [group, groupLine] of aside) {
      const inFlight = shares.inFlight(group)
      if (!shares.noisy(group, now)) {
        if ((groupLine.peek()?.order ?? Number.POSITIVE_INFINITY) < (best.peek()?.order ?? Number.POSITIVE_INFINITY))
          best = groupLine
      } else if (inFlight < least) {
        least = inFlight
        fewest = groupLine
      }
    }
    return best.peek() || !fewest ? best : fewest
  }

  let order = 0
  return {
    arrive: (message) => line.push({ message, group: groupOf(message), order: order++ }),
    receive(now) {
      const taken = choose(now).shift()
      if (!taken) return undefined
      if (aside.get(taken.group)?.peek() === undefined) aside.delete(taken.group)
      shares.took(taken.group, now)
      return taken.message
    },
    delete: (message, now) => shares.left(groupOf(message), now),
  }
}

interface Waiting<Message> {
  readonly message: Message
  readonly group: number
  /** Of arrival. */
  readonly order: number
}

interface Line<Item> {
  push(item: Item): void
  peek(): Item | undefined
  shift(): Item | undefined
}

/** First in, first out, in constant time. */
function createLine<Item>(): Line<Item> {
  let items: Item[] = []
  let head = 0
  return {
    push: (item) => void items.push(item),
    peek: () => items[head],
    shift() {
      const first = items[head]
      if (head < items.length) head++
      if (head > 1_024 && head * 2 > items.length) {
        items = items.slice(head)
        head = 0
      }
      return first
    },
  }
}

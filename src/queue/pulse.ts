import type { Clock } from '../clock.ts'

/** What the receiver of a process is doing. Probes read it, so that they need no call to the queue. */
export interface Pulse {
  /** Makes a call to the queue, and remembers since when it waits and whether it failed. */
  call<Answer>(work: () => Promise<Answer>): Promise<Answer>
  /** Works on a delivery, and remembers since when. */
  delivery<Answer>(work: () => Promise<Answer>): Promise<Answer>
  /** `new`: no call has ended yet. `away`: the last call failed. */
  readonly queue: 'new' | 'here' | 'away'
  /** The code of the failure, such as ECONNREFUSED. Undefined if the queue is here, or the failure has none. */
  readonly failureCode: string | undefined
  /** A sentence if a call or a delivery lasts longer than it can. Null if not. */
  stuck(): string | null
}

/** The longest that a call and a delivery may last, in milliseconds. */
export interface PulseLimits {
  readonly callMs: number
  readonly deliveryMs: number
}

export function createPulse({ now }: Pick<Clock, 'now'>, { callMs, deliveryMs }: PulseLimits): Pulse {
  let queue: Pulse['queue'] = 'new'
  let failureCode: string | undefined
  const calls = new Set<{ readonly since: number }>()
  const deliveries = new Set<{ readonly since: number }>()

  const during = async <Answer>(all: Set<{ readonly since: number }>, work: () => Promise<Answer>): Promise<Answer> => {
    const entry = { since: now() }
    all.add(entry)
    try {
      return await work()
    } finally {
      all.delete(entry)
    }
  }
  const oldest = (all: ReadonlySet<{ readonly since: number }>) =>
    now() - Math.min(...[...all].map(({ since }) => since))
  const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`

  return {
    async call(work) {
      try {
        const answer = await during(calls, work)
        queue = 'here'
        failureCode = undefined
        return answer
      } catch (error) {
        queue = 'away'
        failureCode = codeOf(error)
        throw error
      }
    },
    delivery: (work) => during(deliveries, work),
    get queue() {
      return queue
    },
    get failureCode() {
      return failureCode
    },
    stuck() {
      const call = oldest(calls)
      if (call > callMs)
        return `a call to the queue has not ended for ${seconds(call)}, and has to within ${seconds(callMs)}`
      const delivery = oldest(deliveries)
      if (delivery > deliveryMs)
        return `a delivery has not ended for ${seconds(delivery)}, and has to within ${seconds(deliveryMs)}`
      return null
    },
  }
}

/** Of the error or the nearest cause that has one. A message may hold an address with a password, and a code does not. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth > 5) return undefined
  const code =
    'code' in error && typeof error.code === 'string' && /^\w{1,40}$/.test(error.code) ? error.code : undefined
  return codeOf(error.cause, depth + 1) ?? code
}

import type { Clock } from '../clock.ts'
import { isRefused } from '../errors.ts'
import type { Allowance } from '../provider/contract.ts'

/** An answer that may tell of the limit. */
interface Metered {
  readonly allowance?: Allowance
}

/**
 * Keeps requests within an allowance of points that the provider restores each second. A request starts, in order, once the
 * points are there that its kind needed the last time. A request of a new kind starts when there are as many as any request
 * may need.
 */
export interface Points {
  /** @throws the signal's reason when aborted while waiting */
  spend<Answer extends Metered>(kind: string, call: () => Promise<Answer>, waiting: AbortSignal): Promise<Answer>
  /** Milliseconds until a new request of this kind would start, behind the waiting ones; Infinity if that is not known. */
  delay(kind: string): number
}

interface Bucket extends Pick<Allowance, 'available' | 'maximum' | 'perSecond' | 'mostRequested'> {
  /** When the points were counted. */
  readonly at: number
}

/** A request in flight. */
interface Spending {
  readonly cost: number
  /** Points of requests that ended meanwhile. Its answer may be older than theirs. */
  endedBeside: number
}

export function createPoints(clock: Clock): Points {
  let bucket: Bucket | undefined
  const costs = new Map<string, number>()
  const inFlight = new Set<Spending>()
  let inLine = 0
  let line: Promise<unknown> = Promise.resolve()
  let wake: () => void = () => {}

  const pending = () => [...inFlight].reduce((sum, { cost }) => sum + cost, 0)
  /** The most that there may be: until a request arrives a full bucket stays full, and what would be restored is lost. */
  const most = () => (bucket?.maximum ?? 0) - pending()

  function available(): number {
    if (!bucket) return 0
    const restored = ((clock.now() - bucket.at) / 1_000) * bucket.perSecond
    return Math.min(most(), bucket.available + restored)
  }
  const costOf = (kind: string) =>
    Math.min(costs.get(kind) ?? bucket?.mostRequested ?? Number.POSITIVE_INFINITY, bucket?.maximum ?? 0)
  function setAvailable(points: number): void {
    if (bucket) bucket = { ...bucket, available: points, at: clock.now() }
  }
  /** Milliseconds until so many points are there; Infinity before the first answer, while a request is in flight. */
  function msUntil(points: number): number {
    if (!bucket) return inFlight.size === 0 ? 0 : Number.POSITIVE_INFINITY
    return Math.max(0, Math.ceil(((points - available()) / bucket.perSecond) * 1_000))
  }

  /** Infinity if only an answer helps. */
  const wait = (kind: string) =>
    costOf(kind) > most() && inFlight.size > 0 ? Number.POSITIVE_INFINITY : msUntil(costOf(kind))

  async function turn(kind: string, waiting: AbortSignal): Promise<Spending> {
    waiting.throwIfAborted()
    for (let ms = wait(kind); ms > 0; ms = wait(kind)) await answeredOrPast(ms, waiting)
    const started = { cost: costOf(kind), endedBeside: 0 }
    setAvailable(available() - started.cost)
    inFlight.add(started)
    return started
  }

  /** Ends after a time or with an answer, which may give points back. */
  async function answeredOrPast(ms: number, waiting: AbortSignal): Promise<void> {
    const ended = new AbortController()
    wake = () => ended.abort(answer)
    const either = AbortSignal.any([waiting, ended.signal])
    await (Number.isFinite(ms) ? clock.sleep(ms, either) : aborted(either)).catch(() => {})
    wake = () => {}
    waiting.throwIfAborted()
  }

  function enter(kind: string, waiting: AbortSignal): Promise<Spending> {
    inLine++
    const place = line.then(() => turn(kind, waiting)).finally(() => inLine--)
    line = place.catch(() => {})
    return place
  }

  /**
   * The provider has taken the points of some requests in flight and not of others, so that its count bounds ours from above
   * and, less the requests in flight, from below. What was taken by requests whose answers came first may be missing, too.
   */
  function learn(
    kind: string,
    { cost, endedBeside }: Spending,
    { requested, actual, available: reported, ...limits }: Allowance,
  ): void {
    costs.set(kind, requested)
    const before = bucket ? available() + cost - actual : reported
    bucket = { ...limits, available: before, at: clock.now() }
    setAvailable(Math.max(reported - pending() - endedBeside, Math.min(reported, before)))
  }

  function end(request: Spending): void {
    // What was restored meanwhile is counted while the request is.
    setAvailable(available())
    inFlight.delete(request)
    for (const other of inFlight) other.endedBeside += request.cost
  }

  return {
    async spend(kind, call, waiting) {
      const started = await enter(kind, waiting)
      try {
        const answer = await call().finally(() => end(started))
        if (answer.allowance) learn(kind, started, answer.allowance)
        return answer
      } catch (error) {
        // A refused request takes no points.
        if (isRefused(error, 'account')) setAvailable(available() + started.cost)
        throw error
      } finally {
        wake()
      }
    },
    delay: (kind) => msUntil(costOf(kind) * (1 + inLine)),
  }
}

/** Why a sleep ends early. */
const answer = new Error('an answer came')

/** Rejects with the signal's reason. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

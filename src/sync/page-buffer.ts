import type { Clock } from '../clock.ts'
import type { Backfill } from './backfill-options.ts'
import type { ReadPage } from './read-page.ts'
import { pageWeight } from './source.ts'

type BufferOptions = Pick<Backfill, 'gatherMs' | 'gatherMsInLine' | 'pagesPerBatch'> & { readonly clock: Clock }

/** Pages that have arrived and wait for the committer. */
export interface PageBuffer {
  /** Pages waiting, as multiples of the usual page. */
  size(): number
  add(page: ReadPage): void
  /** Ends gathering where it has lasted long enough for this state of fetching. */
  endGathering(arrivals: Arrivals): void
  /** Wakes the waiting caller of `take`. */
  wake(): void
  /** The next batch's pages, in the order of their arrival. Waits while pages may arrive; empty if none will. */
  take(source: PageSource): Promise<readonly ReadPage[]>
}

/** The state of fetching that the buffer depends on. */
interface PageSource {
  mayStillArrive(): boolean
  /** Throws the error of a failed call, if a call failed. @throws SyncError */
  throwFailure(): void
  arrivals(): Arrivals
}

/** What pages will arrive: none soon, those in flight alone, or besides those whose requests wait in line for the limit. */
export type Arrivals = 'none' | 'in flight' | 'in line'

/** Shared, because an AbortController without a reason makes an error with a stack each time. */
const gathered = new Error('no longer gathered')

export function createPageBuffer({
  clock,
  gatherMs,
  gatherMsInLine = gatherMs,
  pagesPerBatch,
}: BufferOptions): PageBuffer {
  let pages: ReadPage[] = []
  let wake = () => {}
  let gathering: AbortController | undefined
  let takenAt = Number.NEGATIVE_INFINITY
  /** Kept, because it is asked for with every call that may start. */
  let size = 0

  /** Milliseconds for which pages are still to be gathered. */
  function left(arrivals: Arrivals): number {
    if (arrivals === 'none' || size >= pagesPerBatch) return 0
    return takenAt + (arrivals === 'in line' ? gatherMsInLine : gatherMs) - clock.now()
  }

  async function gather(source: PageSource): Promise<void> {
    const ms = left(source.arrivals())
    if (ms <= 0) return
    gathering = new AbortController()
    await clock.sleep(ms, gathering.signal).catch(() => {})
    gathering = undefined
  }

  return {
    size: () => size,
    add(page) {
      pages.push(page)
      size += pageWeight(page.source)
    },
    endGathering(arrivals) {
      if (gathering && left(arrivals) <= 0) gathering.abort(gathered)
    },
    wake: () => wake(),
    async take(source) {
      while (pages.length === 0 && source.mayStillArrive()) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (pages.length === 0) source.throwFailure()
      if (pages.length > 0) await gather(source)
      takenAt = clock.now()
      const end = endOfBatch(pages, pagesPerBatch)
      const batch = pages.slice(0, end)
      pages = pages.slice(end)
      size -= weightOf(batch)
      return batch
    },
  }
}

const weightOf = (pages: readonly ReadPage[]) => pages.reduce((sum, { source }) => sum + pageWeight(source), 0)

/** How many of the first pages fit; at least one. */
function endOfBatch(pages: readonly ReadPage[], pagesPerBatch: number): number {
  let sum = 0
  const end = pages.findIndex(({ source }) => {
    sum += pageWeight(source)
    return sum > pagesPerBatch
  })
  return end === -1 ? pages.length : Math.max(1, end)
}

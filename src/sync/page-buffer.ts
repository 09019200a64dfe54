import type { Clock } from '../clock.ts'
import type { ReadPage } from './read-page.ts'
import { pageWeight } from './source.ts'

interface BufferOptions {
  readonly clock: Clock
  /** See Backfill.gatherMs. */
  readonly gatherMs: number
  readonly pagesPerBatch: number
}

/** Pages that have arrived and wait for the committer. */
export interface PageBuffer {
  /** Pages waiting, as multiples of the usual page. */
  size(): number
  add(page: ReadPage): void
  /** Ends gathering, because no more pages will arrive soon. */
  stopGathering(): void
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
  isGatheringWorthIt(): boolean
}

/** Shared, because an AbortController without a reason makes an error with a stack each time. */
const gathered = new Error('no longer gathered')

export function createPageBuffer({ clock, gatherMs, pagesPerBatch }: BufferOptions): PageBuffer {
  let pages: ReadPage[] = []
  let wake = () => {}
  let gathering: AbortController | undefined
  let takenAt = Number.NEGATIVE_INFINITY
  /** Kept, because it is asked for with every call that may start. */
  let size = 0

  async function gather(source: PageSource): Promise<void> {
    const ms = takenAt + gatherMs - clock.now()
    if (ms <= 0 || size >= pagesPerBatch || !source.isGatheringWorthIt()) return
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
    stopGathering: () => gathering?.abort(gathered),
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

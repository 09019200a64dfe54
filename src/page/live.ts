import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { element } from './layout.ts'
import type { Page, View } from './view.ts'

/** Keeps open pages up to date with server-sent events. */
export interface Live {
  /** Whether one more may look on. */
  hasRoom(): boolean
  /** Sends the page at once and then what changes of it, until the response closes. `key`: its address. */
  join(key: string, page: Page, response: ServerResponse): void
  /** Pages are made again soon, because a job has made a step. */
  wake(): void
  /** Sends what has changed, and ends all. */
  close(): Promise<void>
}

/** Browsers that look on at once, over all pages. */
const mostLookers = 64
/** A browser that does not read is let go. It comes back and gets the whole page. */
const mostBytes = 2_000_000
/** Steps that follow each other within this time are shown together. */
const gatherMs = 200
/** Without announcements, as through a pooler. */
const pollMs = 2_000
/** Pages are made for at most this share of the time. */
const busyShare = 0.2
/** Proxies close connections that carry nothing. */
const beatMs = 15_000
/** The last changes are waited for so long when the server ends. */
const longestFinishMs = 1_000

interface Watch {
  readonly page: Page
  readonly lookers: Set<ServerResponse>
  /** Markup of the parts as they were sent last, by id. */
  sent: ReadonlyMap<string, string>
  /** Not made again before this time. */
  next: number
}

export function createLive(now: () => number = () => performance.now()): Live {
  const watches = new Map<string, Watch>()
  let isClosed = false
  let restUntil = 0
  let timer: NodeJS.Timeout | undefined
  let timerAt = Number.POSITIVE_INFINITY
  let working: Promise<void> = Promise.resolve()
  let isWorking = false

  const plan = (ms: number) => {
    const at = Math.max(now() + ms, restUntil)
    if (isClosed || watches.size === 0 || at >= timerAt) return
    clearTimeout(timer)
    timerAt = at
    timer = globalThis.setTimeout(start, at - now())
  }
  const start = () => {
    timerAt = Number.POSITIVE_INFINITY
    if (isWorking) return plan(gatherMs)
    isWorking = true
    working = work().finally(() => {
      isWorking = false
      plan(pollMs)
    })
  }
  const work = async () => {
    const began = now()
    for (const watch of watches.values()) if (watch.next <= began) await update(watch)
    const took = now() - began
    restUntil = now() + took / busyShare - took
  }
  const update = async (watch: Watch) => {
    watch.next = now() + watch.page.everyMs
    try {
      const view = await watch.page.make()
      const parts = partsOf(view)
      const change = changeOf(watch.sent, parts)
      watch.sent = parts
      if (change) broadcast(watch, eventOf('parts', change))
    } catch {
      // The next answer is sent as a whole.
      watch.sent = new Map()
      broadcast(watch, eventOf('trouble', {}))
    }
  }
  const broadcast = ({ lookers }: Watch, event: string) => {
    for (const looker of lookers) {
      if (looker.writableLength > mostBytes) looker.destroy()
      else looker.write(event)
    }
  }
  const beat = setInterval(() => {
    for (const watch of watches.values()) broadcast(watch, ':\n\n')
  }, beatMs)
  beat.unref()

  return {
    hasRoom: () => [...watches.values()].reduce((sum, { lookers }) => sum + lookers.size, 0) < mostLookers,
    join(key, page, response) {
      const watch = watches.get(key) ?? { page, lookers: new Set(), sent: new Map(), next: 0 }
      watches.set(key, watch)
      watch.lookers.add(response)
      response.on('close', () => {
        watch.lookers.delete(response)
        if (watch.lookers.size === 0) watches.delete(key)
      })
      response.write('retry: 1000\n\n')
      // The next change is told as a whole, to all who look at this page.
      watch.sent = new Map()
      watch.next = 0
      plan(0)
    },
    wake: () => plan(gatherMs),
    async close() {
      clearInterval(beat)
      clearTimeout(timer)
      isClosed = true
      const finish = async () => {
        await working
        for (const watch of watches.values()) await update(watch)
      }
      // A database that does not answer must not keep the process.
      await Promise.race([finish(), setTimeout(longestFinishMs)])
      for (const { lookers } of watches.values()) for (const looker of lookers) looker.end()
      watches.clear()
    },
  }
}

const partsOf = ({ parts }: View) => new Map(parts.map((part) => [part.id, element(part).markup]))

interface Change {
  readonly order: readonly string[]
  /** Markup of the parts that are new or have changed. */
  readonly parts: Readonly<Record<string, string>>
}

/** Null if nothing has changed. */
function changeOf(sent: ReadonlyMap<string, string>, parts: ReadonlyMap<string, string>): Change | null {
  const order = [...parts.keys()]
  const changed = [...parts].filter(([id, markup]) => sent.get(id) !== markup)
  const before = [...sent.keys()]
  const isSameOrder = order.length === before.length && order.every((id, at) => id === before[at])
  return changed.length === 0 && isSameOrder ? null : { order, parts: Object.fromEntries(changed) }
}

const eventOf = (name: string, data: unknown) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

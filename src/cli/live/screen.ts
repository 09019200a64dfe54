import type { Screen } from '../terminal.ts'
import { inSeconds, spread } from './latencies.ts'
import type { Counts } from './ledger.ts'

/** An event that was committed, with its row as it is then. */
export interface ShownEvent {
  readonly type: string
  readonly resource: string | null
  readonly id: string
  /** What the event did to its row: `written`, `deleted`, `as it was`. */
  readonly state: string
  readonly ms: number
}

/** More events in a second are shown as one line. */
const linesAtMost = 8
/** Without a terminal that can be written over, the state is printed once in so many seconds. */
const secondsBetweenStates = 10

interface ScreenOptions {
  readonly now: () => number
  readonly counts: () => Counts
  /** What stands behind the state: the page's address. */
  readonly note: string
}

/**
 * Shows each second what was committed in it: a line an event, or one line for many. The state stands below, written over on a
 * terminal, and else printed now and then.
 */
export function openLiveScreen(out: Screen, { now, counts, note }: ScreenOptions) {
  const began = now()
  const waiting: ShownEvent[] = []
  const sentences: string[] = []
  let stateAt = began
  let hasState = false
  const width = () => (out.isTTY ? (out.columns || 100) - 1 : Number.POSITIVE_INFINITY)
  const cut = (line: string) => [...line].slice(0, width()).join('')
  const state = () => {
    const { changes, sent, waiting: onWay, lagMs, dead, latencies } = counts()
    const parts = [
      clockOf(now() - began),
      `${changes} changes`,
      `${sent} events`,
      ...(dead > 0 ? [`${dead} refused`] : []),
      onWay === 0 ? 'none waits' : `${onWay} wait, the oldest ${inSeconds(lagMs)}`,
      spread(latencies).replace('   ', '  '),
      note,
    ]
    return `  ${parts.join('  ')}`
  }
  const draw = () => {
    const at = new Date()
    const notes = sentences.splice(0).map((sentence) => `  ${timeOf(at)}  ${sentence}`)
    const lines = [...notes, ...linesOf(waiting.splice(0), at)].map(cut)
    const isDue = now() - stateAt >= secondsBetweenStates * 1_000
    if (out.isTTY) {
      out.write(`${hasState ? '\r\x1b[0J' : ''}${lines.map((line) => `${line}\n`).join('')}${cut(state())}`)
      hasState = true
    } else {
      if (isDue) stateAt = now()
      for (const line of [...lines, ...(isDue ? [state()] : [])]) out.write(`${line}\n`)
    }
  }
  out.write(`${cut(header)}\n`)
  const timer = setInterval(draw, 1_000)
  return {
    show: (events: readonly ShownEvent[]) => void waiting.push(...events),
    tell: (sentence: string) => void sentences.push(sentence),
    /** Draws what is left, and ends the state. */
    end() {
      clearInterval(timer)
      draw()
      if (out.isTTY) out.write('\n')
      else out.write(`${state()}\n`)
    },
  }
}

const header = lineOf({ time: 'time', table: 'table', row: 'row', what: 'what', after: 'after', event: 'event' })

/** What was committed in a second, for the terminal. */
export function linesOf(events: readonly ShownEvent[], at: Date): readonly string[] {
  const time = timeOf(at)
  if (events.length > linesAtMost) {
    const tables = new Map<string, number>()
    for (const { resource } of events) tables.set(resource ?? 'no table', (tables.get(resource ?? 'no table') ?? 0) + 1)
    const counted = [...tables].toSorted(([, a], [, b]) => b - a).map(([table, count]) => `${table} ${count}`)
    return [`  ${time}  ${events.length} events: ${counted.join(', ')}   ${spread(events.map(({ ms }) => ms))}`]
  }
  return events.map(({ type, resource, id, state, ms }) =>
    lineOf({ time, table: resource ?? '–', row: id, what: state, after: inSeconds(ms), event: type }),
  )
}

interface Cells {
  readonly time: string
  readonly table: string
  readonly row: string
  readonly what: string
  readonly after: string
  readonly event: string
}

/** What may be cut on a narrow terminal stands last. */
function lineOf({ time, table, row, what, after, event }: Cells): string {
  const cells = [
    time.padEnd(8),
    shortened(table, 19).padEnd(19),
    shortened(row, 26).padEnd(26),
    what.padEnd(9),
    after.padStart(7),
    event,
  ]
  return `  ${cells.join('  ')}`
}

/** The end of an id tells more than its beginning. */
function shortened(value: string, size: number): string {
  const characters = [...value]
  return characters.length <= size ? value : `…${characters.slice(1 - size).join('')}`
}

const timeOf = (at: Date) => at.toTimeString().slice(0, 8)

const clockOf = (ms: number) => {
  const seconds = Math.floor(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

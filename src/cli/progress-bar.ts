import { noteLines, resourceLines, type Shown, totalLine } from './progress-lines.ts'
import type { Screen } from './terminal.ts'

export interface ProgressBar {
  show(shown: Partial<Shown>): void
  /** Draws the last state and ends the line; 100 % if all is done. */
  end(isDone: boolean): void
}

/**
 * Drawn again in place on a terminal, in as many rows as it has; elsewhere a new line every two seconds. `secondsBefore`:
 * how long the work has gone on already.
 */
export function openProgressBar(
  out: Screen,
  now: () => number = () => performance.now(),
  secondsBefore = 0,
): ProgressBar {
  const began = now() - secondsBefore * 1_000
  let last: Shown = { fetched: 0, share: null }
  let printedAt = began + secondsBefore * 1_000
  let drawn = 0
  const total = () => totalLine(last, (now() - began) / 1_000)
  const width = () => (out.columns || 100) - 1
  const redraw = (lines: readonly string[]) => {
    const up = drawn > 1 ? `\x1b[${drawn - 1}A` : ''
    out.write(`\r${up}\x1b[0J${lines.map((line) => [...line].slice(0, width()).join('')).join('\n')}`)
    drawn = lines.length
  }
  const draw = () => {
    if (out.isTTY) {
      const below = [total(), ...noteLines(last.note, width())]
      // One row stays free, so that the terminal never scrolls.
      redraw([...resourceLines(last.resources ?? [], (out.rows || 24) - 1 - below.length), ...below])
    } else if (now() - printedAt > 2_000) {
      printedAt = now()
      out.write(`${[total(), ...(last.note ? [last.note] : [])].join('   ')}\n`)
    }
  }
  const timer = setInterval(draw, 100)
  return {
    show(shown) {
      last = { ...last, ...shown }
    },
    end(isDone) {
      clearInterval(timer)
      const { note: _note, ...rest } = last
      last = isDone ? { ...rest, share: 1 } : rest
      if (out.isTTY) redraw([total()])
      else out.write(total())
      out.write('\n')
    },
  }
}

import type { Writable } from 'node:stream'

/** How far one resource is. */
export interface ResourceShown {
  readonly name: string
  readonly fetched: number
  /** Estimated share done, 0 to 1. */
  readonly share: number
}

export interface Shown {
  readonly fetched: number
  readonly requests: number
  readonly share: number
  /** A line each, where there are several and the terminal can draw in place. */
  readonly resources?: readonly ResourceShown[]
  readonly note?: string
}

export interface ProgressBar {
  show(shown: Shown): void
  /** Draws the last state and ends the line. */
  end(): void
}

/** Drawn again in place on a terminal; elsewhere a new line every two seconds. */
export function openProgressBar(out: Writable & { readonly isTTY?: boolean; readonly columns?: number }): ProgressBar {
  const began = performance.now()
  let last: Shown = { fetched: 0, requests: 0, share: 0 }
  let printedAt = began
  let drawn = 0
  const redraw = (lines: readonly string[]) => {
    const width = (out.columns ?? 100) - 1
    const up = drawn > 1 ? `\x1b[${drawn - 1}A` : ''
    out.write(`\r${up}\x1b[0J${lines.map((line) => line.slice(0, width)).join('\n')}`)
    drawn = lines.length
  }
  const draw = () => {
    if (out.isTTY) redraw([...resourceLines(last.resources ?? []), totalLine(last, began)])
    else if (performance.now() - printedAt > 2_000) {
      printedAt = performance.now()
      out.write(`${totalLine(last, began)}\n`)
    }
  }
  const timer = setInterval(draw, 100)
  return {
    show(shown) {
      last = shown
    },
    end() {
      clearInterval(timer)
      if (out.isTTY) redraw([totalLine(last, began)])
      else out.write(totalLine(last, began))
      out.write('\n')
    },
  }
}

function resourceLines(resources: readonly ResourceShown[]): string[] {
  if (resources.length < 2) return []
  const width = Math.max(...resources.map(({ name }) => name.length))
  return resources.map(
    ({ name, fetched, share }) =>
      `  ${name.padEnd(width)}  ${bar(share, 16)}  ${fetched.toLocaleString('en').padStart(9)} rows`,
  )
}

function totalLine({ fetched, requests, share, note }: Shown, began: number): string {
  const seconds = (performance.now() - began) / 1_000
  const parts = [
    bar(share, 24),
    `${fetched.toLocaleString('en')} rows`,
    `${Math.round(fetched / Math.max(seconds, 0.001)).toLocaleString('en')} rows/s`,
    `${requests} requests`,
    `${seconds.toFixed(1)} s`,
    ...(note ? [note] : []),
  ]
  return `  ${parts.join('   ')}`
}

function bar(share: number, width: number): string {
  const full = Math.round(share * width)
  return `${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.round(share * 100)).padStart(3)} %`
}
